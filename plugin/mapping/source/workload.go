package source

import (
	"bytes"

	"out_dynatrace/plugin/record"
)

// Kinds of workloads, as Dynatrace names them.
var (
	podKind              = []byte("pod")
	deploymentKind       = []byte("deployment")
	replicaSetKind       = []byte("replicaset")
	statefulSetKind      = []byte("statefulset")
	daemonSetKind        = []byte("daemonset")
	cronJobKind          = []byte("cronjob")
	jobKind              = []byte("job")
	deploymentConfigKind = []byte("deploymentconfig")
)

// Labels and annotations of controllers.
const (
	templateHash = "pod-template-hash"
	rolloutHash  = "rollouts-pod-template-hash" // of Argo Rollouts
	revisionHash = "controller-revision-hash"
	configLabel  = "deploymentconfig" // of OpenShift
	configName   = "openshift.io/deployment-config.name"
	mirrorOf     = "kubernetes.io/config.mirror" // of a static pod
)

// workload returns the kind, in lower case, and the name of what a pod belongs to, by the rule of
// Dynatrace's Operator, so that the names are the same: from the pod up through the owners that
// control, as long as they are of a kind in workloadKinds. The last one is the workload, the pod
// itself if none is. The Operator asks the API server for the owner of an owner; a record shows it
// by labels, or by the form of a name. Both results are nil if the record leaves it open: a wrong
// name would be worse than none. now is the current second.
func workload(p *pod, now int64, out *record.Builder) (kind, name []byte) {
	if p.name == nil {
		return nil, nil
	}
	owner, isKnown := controller(p.owners, out)
	if !isKnown {
		return workloadByLabels(p, now, out)
	}
	switch k := workloadKind(owner.kind, owner.version); k {
	case "": // a node, whose pod is static, a resource of somebody else, or nobody
		return podKind, p.name
	case "replicaset":
		return ofReplicaSet(p, owner.name, out)
	case "replicationcontroller":
		return ofReplicationController(p, owner.name, out)
	case "job":
		return ofJob(owner.name, now)
	default:
		return record.View(k), owner.name
	}
}

// ofReplicaSet returns the Deployment of a ReplicaSet, or the ReplicaSet itself. Argo Rollouts
// makes ReplicaSets with hashes of the same form, and labels their pods otherwise. If the record
// has no labels, the form of the name decides: nearly all ReplicaSets with such a name are a
// Deployment's.
func ofReplicaSet(p *pod, name []byte, out *record.Builder) (kind, workload []byte) {
	if _, ok := cutHash(name, label(p.labels, rolloutHash, out)); ok {
		return replicaSetKind, name
	}
	if short, ok := cutHash(name, label(p.labels, templateHash, out)); ok {
		return deploymentKind, short
	}
	if short, ok := cutAnyHash(name); ok && p.labels == nil {
		return deploymentKind, short
	}
	return replicaSetKind, name
}

// ofReplicationController returns the DeploymentConfig of a ReplicationController, whose name ends
// in a number, or the ReplicationController itself. If the record has no labels and no annotation
// that tells, such a name can be of both.
func ofReplicationController(
	p *pod, name []byte, out *record.Builder,
) (kind, workload []byte) {
	short, ok := cutOrdinal(name)
	if !ok {
		return record.View("replicationcontroller"), name
	}
	if config := deploymentConfig(p, out); config != nil {
		if bytes.Equal(config, short) {
			return deploymentConfigKind, config
		}
		return record.View("replicationcontroller"), name
	}
	if p.labels != nil {
		return record.View("replicationcontroller"), name
	}
	return nil, nil
}

// deploymentConfig returns the name of OpenShift's DeploymentConfig that a pod belongs to, or nil.
func deploymentConfig(p *pod, out *record.Builder) []byte {
	if name := label(p.annotations, configName, out); len(name) > 0 {
		return name
	}
	return label(p.labels, configLabel, out)
}

// ofJob returns the CronJob of a Job, or the Job itself.
func ofJob(name []byte, now int64) (kind, workload []byte) {
	if short, ok := cutSchedule(name, now); ok {
		return cronJobKind, short
	}
	return jobKind, name
}

// workloadByLabels uses the labels that the controllers put on their pods, and the form of the
// pod's name, for records of a filter whose owner_references is off.
func workloadByLabels(p *pod, now int64, out *record.Builder) (kind, name []byte) {
	if label(p.annotations, mirrorOf, out) != nil || isChosen(p.name) {
		return podKind, p.name
	}
	if base, ok := cutRandom(p.name); ok {
		return byGeneratedName(p, base, now, out)
	}
	short, isNumbered := cutOrdinal(p.name)
	if !isNumbered || p.labels == nil {
		return nil, nil
	}
	// Others label their pods as a StatefulSet does: only its revision is named after it.
	named := label(p.labels, "statefulset.kubernetes.io/pod-name", out)
	revision := label(p.labels, revisionHash, out)
	if bytes.Equal(named, p.name) {
		if base, ok := cutAnyRevision(revision); ok && bytes.Equal(base, short) {
			return statefulSetKind, short
		}
		if revision == nil && label(p.labels, "apps.kubernetes.io/pod-index", out) != nil {
			return statefulSetKind, short
		}
		return nil, nil
	}
	return podKind, p.name
}

// cutAnyRevision cuts the hash off the name of a revision, whatever its length.
func cutAnyRevision(name []byte) (short []byte, ok bool) {
	at := bytes.LastIndexByte(name, '-')
	if at <= 0 || !isOf(name[at+1:], randomCharacters) {
		return name, false
	}
	return name[:at], true
}

// byGeneratedName returns the workload of a pod whose name is base, a dash and random characters.
func byGeneratedName(p *pod, base []byte, now int64, out *record.Builder) (kind, name []byte) {
	if _, ok := cutHash(base, label(p.labels, rolloutHash, out)); ok {
		return replicaSetKind, base
	}
	if short, ok := cutHash(base, label(p.labels, templateHash, out)); ok {
		return deploymentKind, short
	}
	generation := label(p.labels, "pod-template-generation", out)
	if generation != nil && label(p.labels, revisionHash, out) != nil {
		return daemonSetKind, base
	}
	if config := label(p.labels, configLabel, out); config != nil {
		if short, ok := cutOrdinal(base); ok && bytes.Equal(short, config) {
			return deploymentConfigKind, config
		}
	}
	job := label(p.labels, "batch.kubernetes.io/job-name", out)
	if job == nil {
		job = label(p.labels, "job-name", out)
	}
	if len(job) > 0 {
		return ofJob(job, now)
	}
	return nil, nil
}
