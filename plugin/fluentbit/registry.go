package fluentbit

import "sync"

// Registry maps ids, which Fluent Bit passes to callbacks, to instances. An id is never used
// twice. An unknown id finds nothing, for example the 0 of an instance that was never initialized,
// or the id of one that was removed. The zero Registry is empty. Safe for concurrent use.
type Registry[T any] struct {
	mu   sync.RWMutex
	last uintptr
	m    map[uintptr]T
}

// Add stores v under a new id.
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

// Get returns the instance with an id, and whether there is one.
func (r *Registry[T]) Get(id uintptr) (T, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.m[id]
	return v, ok
}

// Remove removes the instance with an id and returns it, and whether there was one.
func (r *Registry[T]) Remove(id uintptr) (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.m[id]
	delete(r.m, id)
	return v, ok
}
