package source

import "out_dynatrace/plugin/record"

// mapCluster adds the attributes of the cluster that the options describe, to every record.
func mapCluster(in *Input, out *record.Builder) {
	o := in.Options
	out.PutString("k8s.cluster.name", o.ClusterName)
	out.PutString("k8s.cluster.uid", o.ClusterUID)
	out.PutString("dt.entity.kubernetes_cluster", o.ClusterEntity)
	if in.On(deprecated) {
		out.PutString("dt.kubernetes.cluster.name", o.ClusterName)
		out.PutString("dt.kubernetes.cluster.id", o.ClusterUID)
	}
}
