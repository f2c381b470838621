package source

// The app source maps the fields of loggers in applications.

var appFields = []Field{
	{Key: "logger", Use: Rename, As: "log.logger", Accept: isText},
	{Key: "logger_name", Use: Rename, As: "log.logger", Accept: isText},
	{Key: "service", Use: Rename, As: "service.name", Accept: isText},
}
