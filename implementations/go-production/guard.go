package main

// epoch counts the moments at which all of L1 became doubtful.
type epoch int

// guard decides whether the answer to a read may enter L1. Invalidations come
// on a connection of their own, so one may overtake the answer that it
// concerns: that answer must not be kept. The pipeline's lock protects it.
type guard struct {
	trusted bool // every change in Redis is told to us
	now     epoch
}

// doubtful marks a read that was sent before its key changed, or may have.
const doubtful epoch = -1

func (g *guard) admits(c *command) bool { return g.trusted && c.epoch == g.now }

// outdate forgets keys that somebody has changed. A read of such a key that is
// under way may bring the older value: its callers asked before they could
// know, but it does not enter L1, and nobody joins it any more.
func (p *pipeline) outdate(keys []string, forget func(key string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range keys {
		if c, reading := p.reads[key]; reading {
			c.epoch = doubtful // until it is sent, if it is not yet
			delete(p.reads, key)
		}
		forget(key)
	}
}

// doubtAll forgets everything; no read that is under way enters L1.
func (p *pipeline) doubtAll(forgetAll func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.guard.now++
	clear(p.reads)
	forgetAll()
}

// trust says whether every change in Redis is told to us from now on.
func (p *pipeline) trust(trusted bool, forgetAll func()) {
	p.mu.Lock()
	p.guard.trusted = trusted
	p.mu.Unlock()
	p.doubtAll(forgetAll)
}
