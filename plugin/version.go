package plugin

// Version is the version of the plugin, in the User-Agent and in the line printed at start.
const Version = "0.1.0"
