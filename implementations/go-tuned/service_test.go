package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// startService runs one worker until the process ends.
func startService(t *testing.T, redis *fakeRedis, env map[string]string) (url string) {
	t.Helper()
	s, err := readSettings(func(name string) string {
		return map[string]string{"REDIS_URL": redis.url(), "PORT": "0", "WORKERS": "1", "REDIS_TIMEOUT_MS": env["REDIS_TIMEOUT_MS"], "MAX_VALUE_BYTES": env["MAX_VALUE_BYTES"]}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	workers, err := startWorkers(s)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = workers[0].run() }()
	url = fmt.Sprintf("http://127.0.0.1:%d", s.port)
	untilStatus(t, url+"/readyz", 200)
	return url
}

func untilStatus(t *testing.T, url string, want int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if status, _, _ := call(t, "GET", url, ""); status == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s is not %d", url, want)
		}
	}
}

func call(t *testing.T, method, url, body string) (status int, answer string, header http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(read), response.Header
}

func expect(t *testing.T, url, want, from string) {
	t.Helper()
	if status, answer, header := call(t, "GET", url, ""); status != 200 || answer != want || header.Get("X-Cache") != from {
		t.Fatalf("%d %q from %q, want %q from %q", status, answer, header.Get("X-Cache"), want, from)
	}
}

// until waits for what arrives on another connection.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func isFromL2(t *testing.T, url, value string) func() bool {
	return func() bool {
		_, answer, header := call(t, "GET", url, "")
		return answer == value && header.Get("X-Cache") == "L2"
	}
}

func TestRequestsAreJudgedInTheOrderOfTheContract(t *testing.T) {
	url := startService(t, startFakeRedis(t), map[string]string{"MAX_VALUE_BYTES": "10"})
	key := url + "/v1/cache/k"
	for _, c := range []struct {
		method, url, body string
		want              int
	}{
		{"POST", url + "/v1/cache/a/b", "", 404},
		{"POST", url + "/v1/cache/%ff", "", 405},
		{"PUT", url + "/v1/cache/%ff?ttl=0", "x", 400},
		{"PUT", key + "?ttl=0", strings.Repeat("x", 11), 400},
		{"PUT", key, strings.Repeat("x", 11), 413},
		{"PUT", key, "x", 400},
		{"PUT", key, `"12345678"`, 204},
		{"GET", key, "", 200},
		{"HEAD", key, "", 200},
		{"DELETE", key, "", 204},
		{"GET", key, "", 404},
	} {
		if got, answer, _ := call(t, c.method, c.url, c.body); got != c.want {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.url, got, answer, c.want)
		}
	}
}

func TestPutFillsL1AndForeignWriteEvicts(t *testing.T) {
	redis := startFakeRedis(t)
	key := startService(t, redis, nil) + "/v1/cache/k"
	call(t, "PUT", key, " [1] ")
	expect(t, key, " [1] ", "L1")
	redis.set("k", "2")
	until(t, "the new value", isFromL2(t, key, "2"))
	expect(t, key, "2", "L1")
	redis.clear()
	until(t, "absence", func() bool { status, _, _ := call(t, "GET", key, ""); return status == 404 })
	redis.set("k", "3")
	until(t, "the value after a known absence", isFromL2(t, key, "3"))
}

func TestConcurrentMissesOfAKeyShareOneRead(t *testing.T) {
	redis := startFakeRedis(t)
	key := startService(t, redis, map[string]string{"REDIS_TIMEOUT_MS": "5000"}) + "/v1/cache/k"
	redis.set("k", "1")
	redis.hold(true)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if status, answer, _ := call(t, "GET", key, ""); status != 200 || answer != "1" {
				t.Errorf("%d %q", status, answer)
			}
		})
	}
	until(t, "a read", func() bool { reads, _ := redis.counts(); return reads > 0 })
	redis.hold(false)
	all.Wait()
	if reads, _ := redis.counts(); reads > 2 { // one for those who came after the answer
		t.Fatalf("%d reads", reads)
	}
}

func TestCutConnectionFlushesL1AndKillsWhatMayStillRun(t *testing.T) {
	redis := startFakeRedis(t)
	url := startService(t, redis, nil)
	key := url + "/v1/cache/k"
	call(t, "PUT", key, "1")
	expect(t, key, "1", "L1")
	redis.cut()
	until(t, "a connection again, with an empty L1", isFromL2(t, key, "1"))
	if _, killed := redis.counts(); killed != "1" {
		t.Fatalf("killed %q, want the connection before", killed)
	}
}

func TestSilentRedisEndsInTimeAndHitsGoOn(t *testing.T) {
	redis := startFakeRedis(t)
	url := startService(t, redis, map[string]string{"REDIS_TIMEOUT_MS": "50"})
	hot, cold, written := url+"/v1/cache/hot", url+"/v1/cache/cold", url+"/v1/cache/written"
	call(t, "PUT", hot, "1")
	call(t, "PUT", written, `"old"`)
	redis.hold(true)
	if status, _, header := call(t, "GET", cold, ""); status != 503 || header.Get("Retry-After") == "" {
		t.Fatalf("%d %v", status, header)
	}
	if status, _, _ := call(t, "PUT", written, `"never sent"`); status != 503 {
		t.Fatalf("%d, want 503 while an answer is overdue", status)
	}
	expect(t, hot, "1", "L1")
	redis.hold(false)
	untilStatus(t, url+"/readyz", 200)
	expect(t, written, `"old"`, "L1")
}

func TestLateWriteIsKnownToL1(t *testing.T) {
	redis := startFakeRedis(t)
	url := startService(t, redis, map[string]string{"REDIS_TIMEOUT_MS": "50"})
	key := url + "/v1/cache/k"
	call(t, "PUT", key, "1")
	redis.hold(true)
	if status, _, _ := call(t, "PUT", key, "2"); status != 503 {
		t.Fatalf("%d, want 503", status)
	}
	redis.hold(false)
	untilStatus(t, url+"/readyz", 200)
	expect(t, key, "2", "L1")
}

func TestPipelinedRequestsTakeEffectInOrder(t *testing.T) {
	url := startService(t, startFakeRedis(t), nil)
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	const head = " /v1/cache/k HTTP/1.1\r\nHost: h\r\n"
	var all strings.Builder
	for i := range 20 {
		fmt.Fprintf(&all, "PUT%sContent-Length: 2\r\n\r\n%02dGET%s\r\nDELETE%s\r\nGET%s\r\n", head, i+10, head, head, head)
	}
	_, _ = io.WriteString(connection, all.String())
	in := bufio.NewReader(connection)
	for i := range 20 {
		for step, want := range []string{"204 ", fmt.Sprintf("200 %02d", i+10), "204 ", "404 "} {
			response, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			got := fmt.Sprintf("%d %s", response.StatusCode, body)
			if step < 3 && got != want || !strings.HasPrefix(got, want) {
				t.Fatalf("round %d, answer %d: %q, want %q", i, step, got, want)
			}
		}
	}
}

func TestLargeValueGoesThroughInPieces(t *testing.T) {
	redis := startFakeRedis(t)
	key := startService(t, redis, nil) + "/v1/cache/k"
	large := `"` + strings.Repeat("x", 1<<20-2) + `"`
	if status, answer, _ := call(t, "PUT", key, large); status != 204 {
		t.Fatalf("%d %s", status, answer)
	}
	expect(t, key, large, "L1")
	redis.cut()
	until(t, "the value from Redis", isFromL2(t, key, large))
}
