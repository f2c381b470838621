package config

import "errors"

// Load reads every option from src and checks them one by one and against each other. The error
// joins all problems of the instance, an option.Error of one line each; the Config is nil then.
func Load(src Source) (*Config, error) {
	l := &loader{Config: new(Config), settings: make(map[any]*setting)}
	options := Table()
	l.read(src, options)
	l.checkExposed()
	l.checkOneAgent()
	l.checkToken()
	l.checkStructure()
	l.checkFormat()
	l.applyPreset()
	l.checkPatterns()
	l.checkAttributes()
	l.checkAttributesHeader()
	l.findCluster()
	l.checkTimes()
	l.checkProxy()
	l.checkTLS()
	l.checkNames(src, options)
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return l.Config, nil
}
