// Package endpoint reads the addresses that requests go to: the endpoints of Dynatrace's log API
// and the proxies on the way to them.
//
// The URL of an endpoint holds no secret. That of a proxy can, and is printed without it. Errors
// and warnings are one line each and hold no user, password, token or query. The package has no
// state and needs no cgo.
package endpoint
