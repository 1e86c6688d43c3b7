/** What the null server and the known-delay server answer: always the same 256 bytes. */
export const nullBody = "x".repeat(256);
export const nullAnswer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${nullBody.length}\r\n\r\n${nullBody}`;
