package source

import "slices"

// all returns the table of the sources, in the order of their precedence.
func all() []Source {
	return []Source{
		{Name: "kubernetes", Extras: []string{podIP, podService, deprecated},
			Fields: kubernetesFields, Recognize: recognizePod,
			First: readKubernetes, Map: mapPod, LogSource: outputSource, Last: mapLabels},
		{Name: ECS, Extras: []string{ecsOTel},
			Chunk: readFireLensTag, Fields: ecsFields, Recognize: recognizeTask, Map: mapTask},
		{Name: "container",
			Fields: containerFields, Recognize: recognizeDocker, Map: mapDocker,
			LogSource: outputSource},
		{Name: "journald",
			Fields: journaldFields, Recognize: recognizeJournal, Map: mapJournal, Host: journalHost},
		{Name: "syslog",
			Fields: syslogFields, Recognize: recognizeSyslog, Map: mapSyslog, Host: hostOfSyslog},
		{Name: "kernel",
			Fields: kernelFields, Recognize: recognizeKernel, Map: mapKernel},
		{Name: "windows",
			Fields: windowsFields, Recognize: recognizeWindows, Map: mapWindows, Host: windowsHost},
		{Name: "kubernetes_events",
			Fields: clusterFields, Recognize: recognizeCluster, Map: mapClusterObject,
			Last: mapObjectRest, Host: clusterHost},
		{Name: "aws",
			Fields: awsFields, Recognize: recognizeInstance, Map: mapInstance, Host: instanceHost},
		{Name: "file",
			Configured: fileFields, Map: mapFile, LogSource: fileSource},
		{Name: "app", Fields: appFields},
		{Name: "trace", Fields: traceFields},
		{Name: Severity},
		{Name: Host},
		{Name: DTSection, OnRequest: true},
		{Always: mapCluster},
	}
}

// Defaults returns the names of the sources that are on unless something else is asked for.
func Defaults() (names []string) {
	for _, s := range all() {
		if s.Name != "" && !s.OnRequest {
			names = append(names, s.Name)
		}
	}
	return names
}

// Extras returns the names of what is on only if it is asked for.
func Extras() (names []string) {
	for _, s := range all() {
		names = append(names, s.Extras...)
		if s.OnRequest {
			names = append(names, s.Name)
		}
	}
	return names
}

// Owner returns the source that an extra adds to, or "" if there is none.
func Owner(extra string) string {
	for _, s := range all() {
		if slices.Contains(s.Extras, extra) {
			return s.Name
		}
	}
	return ""
}

// Named returns the set of names. It ignores names that do not exist.
func Named(names ...string) (set Set) {
	for i, name := range slices.Concat(Defaults(), Extras()) {
		if slices.Contains(names, name) {
			set |= 1 << i
		}
	}
	return set
}

// Auto returns the set of Defaults.
func Auto() Set { return Named(Defaults()...) }

// Has reports whether a name is in the set.
func (s Set) Has(name string) bool { return s&Named(name) != 0 }

// names returns the names in the set.
func (s Set) names() (list []string) {
	for i, name := range slices.Concat(Defaults(), Extras()) {
		if s&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return list
}
