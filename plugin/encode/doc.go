// Package encode turns records into the bytes of a payload format, one file a format.
package encode
