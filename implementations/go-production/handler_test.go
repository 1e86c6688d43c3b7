package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func startService(t *testing.T) (url string, d *drain) {
	t.Helper()
	c := startCache(t, newFakeStore(), time.Second)
	d = &drain{}
	s := settings{defaultTTL: time.Minute, maxValueBytes: 10}
	server := httptest.NewServer(newHandler(c, c.metrics, d, s))
	t.Cleanup(server.Close)
	return server.URL, d
}

func call(t *testing.T, method, url string, body io.Reader) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestRequestsAreJudgedInTheOrderOfTheContract(t *testing.T) {
	url, _ := startService(t)
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
		{"GET", url + "/readyz", "", 200},
	} {
		if got := call(t, c.method, c.url, strings.NewReader(c.body)); got.StatusCode != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, got.StatusCode, c.want)
		}
	}
}

func TestChunkedBodyBeyondTheLimitIs413(t *testing.T) {
	url, _ := startService(t)
	chunked := io.MultiReader(strings.NewReader(`"12345678"`), strings.NewReader(" "))
	if got := call(t, "PUT", url+"/v1/cache/k", chunked); got.StatusCode != 413 {
		t.Fatalf("%d, want 413", got.StatusCode)
	}
}

func TestValueComesBackByteForByte(t *testing.T) {
	url, _ := startService(t)
	call(t, "PUT", url+"/v1/cache/k", strings.NewReader(" [1] "))
	call(t, "GET", url+"/v1/cache/k", nil)
	got := call(t, "GET", url+"/v1/cache/k", nil)
	body, _ := io.ReadAll(got.Body)
	if string(body) != " [1] " || got.Header.Get("Content-Type") != "application/json" || got.Header.Get("X-Cache") != "L1" {
		t.Fatalf("%q %v", body, got.Header)
	}
}

func TestDrainingServiceIsNotReadyButServes(t *testing.T) {
	url, d := startService(t)
	d.begun.Store(true)
	if got := call(t, "GET", url+"/readyz", nil); got.StatusCode != 503 || got.Header.Get("Retry-After") == "" || !got.Close {
		t.Fatalf("%d %v", got.StatusCode, got.Header)
	}
	if got := call(t, "GET", url+"/v1/cache/k", nil); got.StatusCode != 404 {
		t.Fatalf("%d, want 404", got.StatusCode)
	}
}
