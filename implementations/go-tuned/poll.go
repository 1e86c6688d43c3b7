package main

import (
	"errors"
	"net"
	"syscall"
	"time"
)

// edges: each connection is registered once, for everything, and told of
// changes only. A reader must go on until the kernel has nothing left.
const edges = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | 1<<31 // EPOLLET

const hungUp = syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR

// poller is epoll. One per worker, used by its goroutine alone.
type poller struct {
	fd     int
	events [512]syscall.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return &poller{fd: fd}, err
}

func (p *poller) add(fd int, events uint32) error {
	return syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)})
}

func (p *poller) wait(timeout time.Duration) ([]syscall.EpollEvent, error) {
	// Rounded up, or the last part of a millisecond would be spent spinning.
	n, err := syscall.EpollWait(p.fd, p.events[:], int((timeout+time.Millisecond-1)/time.Millisecond))
	if errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return p.events[:max(n, 0)], err
}

// detach takes a socket out of the runtime's hands: a descriptor of our own
// for the same socket. The original is closed.
func detach(socket interface {
	syscall.Conn
	Close() error
},
) (fd int, err error) {
	defer func() { err = errors.Join(err, socket.Close()) }()
	raw, err := socket.SyscallConn()
	if err != nil {
		return -1, err
	}
	var failed error
	err = raw.Control(func(original uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		fd, failed = syscall.Dup(int(original))
		if failed == nil {
			syscall.CloseOnExec(fd)
		}
	})
	return fd, errors.Join(err, failed)
}

// readSocket and writeSocket answer 0 and no error when nothing can be moved
// now; again distinguishes that from the end of the stream.
func readSocket(fd int, p []byte) (n int, again bool, err error) {
	for {
		n, err = syscall.Read(fd, p)
		switch err {
		case nil:
			return n, false, nil
		case syscall.EAGAIN:
			return 0, true, nil
		case syscall.EINTR:
		default:
			return 0, false, err
		}
	}
}

func writeSocket(fd int, p []byte) (n int, err error) {
	for {
		n, err = syscall.Write(fd, p)
		switch err {
		case nil:
			return n, nil
		case syscall.EAGAIN:
			return 0, nil
		case syscall.EINTR:
		default:
			return 0, err
		}
	}
}

// listen opens a worker's own socket for the common address.
func listen(address string, shared bool) (fd, port int, err error) {
	configuration := net.ListenConfig{}
	if shared {
		configuration.Control = func(_, _ string, raw syscall.RawConn) error {
			var failed error
			const reusePort = 15 // SO_REUSEPORT, the same number on every Linux that Go knows but MIPS
			err := raw.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, reusePort, 1)
			})
			return errors.Join(err, failed)
		}
	}
	listener, err := configuration.Listen(background, "tcp", address)
	if err != nil {
		return -1, 0, err
	}
	port = listener.Addr().(*net.TCPAddr).Port
	fd, err = detach(listener.(*net.TCPListener))
	return fd, port, err
}
