package source

// The app source maps the fields of loggers in applications.

var appFields = []Field{
	{Key: "logger", Use: Rename, As: "log.logger", Accept: isText},
	{Key: "logger_name", Use: Rename, As: "log.logger", Accept: isText},
	{Key: "loggerName", Use: Rename, As: "log.logger", Accept: isText}, // Log4j 2, Quarkus
	{Key: "@module", Use: Rename, As: "log.logger", Accept: isText},    // hclog
	// The secret of a sender, which the splunk input puts into the record.
	{Key: "@splunk_token", Use: Drop},
	{Key: "service", Use: Rename, As: "service.name", Accept: isText},
}
