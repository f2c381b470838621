package fluentbit

import "sync"

// Registry gives instances the ids by which Fluent Bit calls them. An id is never used twice, and one that is unknown, such
// as the 0 of an instance that was never initialised or one that has already left, finds nothing. The zero Registry is
// empty. It is safe for concurrent use.
type Registry[T any] struct {
	mu   sync.RWMutex
	last uintptr
	m    map[uintptr]T
}

// Add keeps v under a new id.
func (r *Registry[T]) Add(v T) uintptr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil {
		r.m = make(map[uintptr]T)
	}
	r.last++
	r.m[r.last] = v
	return r.last
}

// Get returns the instance of an id.
func (r *Registry[T]) Get(id uintptr) (T, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.m[id]
	return v, ok
}

// Remove forgets an id and returns its instance.
func (r *Registry[T]) Remove(id uintptr) (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.m[id]
	delete(r.m, id)
	return v, ok
}
