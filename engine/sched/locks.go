package sched

// locks keeps who holds which file, and who waits for it. A step takes all its
// locks or none, so steps never wait for each other in a circle.
type locks struct {
	files map[string]*file
	held  map[int][]Lock // by step, while it runs or waits
}

type file struct {
	readers   int
	exclusive bool
	waiting   queue
}

func newLocks() locks { return locks{files: map[string]*file{}, held: map[int][]Lock{}} }

func (l *locks) want(id int, ls []Lock) {
	if len(ls) == 0 {
		return
	}
	l.held[id] = ls
	for _, k := range ls {
		if l.files[k.Key] == nil {
			l.files[k.Key] = &file{}
		}
	}
}

func (f *file) admits(k Lock) bool {
	return !f.exclusive && (f.readers == 0 || !k.Exclusive)
}

// acquire takes all locks that a step wants. Where one is not free, it queues
// the step for that one and takes none.
func (l *locks) acquire(id int) (ok bool) {
	wanted := l.held[id]
	for _, k := range wanted {
		if f := l.files[k.Key]; !f.admits(k) {
			f.waiting.push(id)
			return false
		}
	}
	for _, k := range wanted {
		f := l.files[k.Key]
		if k.Exclusive {
			f.exclusive = true
		} else {
			f.readers++
		}
	}
	return true
}

// release gives a step's locks back.
func (l *locks) release(id int) {
	for _, k := range l.held[id] {
		f := l.files[k.Key]
		if k.Exclusive {
			f.exclusive = false
		} else {
			f.readers--
		}
	}
}

// forget drops what is known of a step that will not run again.
func (l *locks) forget(id int) { delete(l.held, id) }

// next takes one waiting step for each file of a step's that would admit it,
// for another try. It is called whenever the step has acquired, released or
// given up its claim to those files, so that nobody waits for a free file.
func (l *locks) next(id int) []int {
	var woken []int
	for _, k := range l.held[id] {
		f := l.files[k.Key]
		if w := l.head(f); w != NoStep && f.admits(l.claim(w, k.Key)) {
			woken = append(woken, f.waiting.pop())
		}
	}
	return woken
}

// head is the first step that waits for a file and still wants it.
func (l *locks) head(f *file) int {
	for len(f.waiting) > 0 {
		if _, ok := l.held[f.waiting[0]]; ok {
			return f.waiting[0]
		}
		f.waiting.pop()
	}
	return NoStep
}

// claim is what a step wants of a file.
func (l *locks) claim(id int, key string) Lock {
	for _, k := range l.held[id] {
		if k.Key == key {
			return k
		}
	}
	return Lock{}
}
