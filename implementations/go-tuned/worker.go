package main

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// worker is one event loop with everything it needs: its clients, its part of
// L1 and its line to Redis. Only its own goroutine touches them, so there are
// no locks; others hand it work through post.
type worker struct {
	number      int
	settings    *settings
	consistency string
	siblings    []*worker // itself among them, for /metrics

	poller   *poller
	listener int // -1 when it is closed
	waker    int // an eventfd
	conns    []*conn
	open     atomic.Int64 // clients' connections
	link     *link
	l1       *l1
	metrics  metrics
	draining bool

	born     time.Time
	now      time.Duration // since born, of this turn of the loop
	nowMs    int64
	second   int64
	received time.Duration // when the request at hand was read
	date     []byte

	in         []byte
	request    request
	keyScratch [3 * maxKeyBytes]byte
	outs       buffers // for answers
	values     buffers // for keys and values of writes under way

	mu    sync.Mutex
	posts []func()
}

func newWorker(number int, s *settings, l1Bytes int64, consistency string) (*worker, error) {
	w := &worker{
		number: number, settings: s, consistency: consistency, listener: -1,
		l1: newL1(l1Bytes), born: time.Now(),
		in:     make([]byte, readSize),
		outs:   buffers{newSize: 1 << 10, maxSize: 64 << 10, max: 64},
		values: buffers{newSize: 512, maxSize: 4 << 10, max: 1024},
	}
	w.link = newLink(w)
	var err error
	if w.poller, err = newPoller(); err != nil {
		return nil, err
	}
	waker, _, failed := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if failed != 0 {
		return nil, failed
	}
	w.waker = int(waker)
	return w, w.poller.add(w.waker, syscall.EPOLLIN)
}

// post has the loop call f soon.
func (w *worker) post(f func()) {
	w.mu.Lock()
	w.posts = append(w.posts, f)
	w.mu.Unlock()
	one := binary.NativeEndian.AppendUint64(nil, 1)
	_, _ = writeSocket(w.waker, one)
}

func (w *worker) onWake() {
	var count [8]byte
	_, _, _ = readSocket(w.waker, count[:])
	w.mu.Lock()
	posts := w.posts
	w.posts = nil
	w.mu.Unlock()
	for _, f := range posts {
		f()
	}
}

// run is the event loop.
func (w *worker) run() error {
	w.tick()
	w.link.dial()
	for {
		events, err := w.poller.wait(w.link.untilExpiry())
		if err != nil {
			return err
		}
		w.tick()
		for _, event := range events {
			switch fd := int(event.Fd); fd {
			case w.listener:
				w.acceptAll()
			case w.waker:
				w.onWake()
			case w.link.fd:
				w.link.onEvent()
				w.link.flush()
			default:
				if fd < len(w.conns) && w.conns[fd] != nil {
					w.onEvent(w.conns[fd], event.Events)
				}
			}
		}
		w.link.expire()
		w.link.flush()
	}
}

// tick takes the time of this turn.
func (w *worker) tick() {
	now := time.Now()
	w.now = now.Sub(w.born)
	w.nowMs = w.now.Milliseconds()
	if second := now.Unix(); second != w.second {
		w.second = second
		w.date = appendDate(w.date[:0], now)
		w.sweep()
		w.link.ping()
	}
}

func (w *worker) listen(address string, shared bool) (port int, err error) {
	fd, port, err := listen(address, shared)
	if err != nil {
		return 0, err
	}
	// Accepted sockets inherit it.
	err = errors.Join(
		syscall.SetNonblock(fd, true),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		w.poller.add(fd, syscall.EPOLLIN),
	)
	w.listener = fd
	return port, err
}

func (w *worker) acceptAll() {
	for {
		fd, _, err := syscall.Accept4(w.listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		switch err {
		case nil:
		case syscall.EAGAIN:
			return
		case syscall.EINTR, syscall.ECONNABORTED:
			continue
		default:
			slog.Warn("cannot accept", "err", err)
			time.Sleep(time.Millisecond) // out of descriptors: do not spin on it
			return
		}
		if err := w.poller.add(fd, edges); err != nil {
			_ = syscall.Close(fd)
			continue
		}
		for len(w.conns) <= fd {
			w.conns = append(w.conns, nil)
		}
		w.conns[fd] = &conn{fd: fd, touched: w.second}
		w.open.Add(1)
	}
}

// closeListener first takes in whoever is already in the kernel's queue.
func (w *worker) closeListener() {
	w.acceptAll()
	_ = syscall.Close(w.listener)
	w.listener = -1
}

func (w *worker) count(c *conn, r result) {
	w.metrics.request(c.op, r, time.Since(w.born)-c.start)
}
