package wire

// Version is the version of the plugin. It stands in the User-Agent and in the first line of the
// log.
const Version = "0.1.0"
