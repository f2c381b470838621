// Package watchfile holds a value that is read from files on disk and read again when a file
// changes: a token in a Kubernetes secret, a certificate with its key, an enrichment file.
//
// A File looks at its paths when it is used, at most once in Options.Interval, and needs no
// goroutine. A look is one stat per path. The files are loaded again when a path leads to another
// inode than before, or when size or modification time differ. The stat follows symbolic links,
// so the renamed "..data" link of a Kubernetes secret or config map counts as a change. A change
// that none of these show is found after Invalidate, which a caller uses when a server rejects
// what the file held.
//
// The value stays what it was while the files cannot be loaded. The caller decides what a missing
// file means, because the caller's Load function reads the files:
//
//   - Required at the start: treat an error of the first Refresh as fatal.
//   - May appear later: ignore that error; Value reports false until a load succeeds.
//   - Missing means empty: let Load return the empty value for fs.ErrNotExist.
//
// ReadFile is the bounded read for Load. It never waits for a pipe.
package watchfile
