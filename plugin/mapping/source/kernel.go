package source

import "out_dynatrace/plugin/record"

// The kernel source recognizes what the kmsg input reads of /dev/kmsg (plugins/in_kmsg/in_kmsg.c).

var kernelFields = []Field{
	// The order and the time since boot: the record has the time.
	{Key: "sequence", Use: DropIn, In: KernelMessage, Accept: isNumber, Signs: always(KernelOrder)},
	{Key: "sec", Use: DropIn, In: KernelMessage, Accept: isNumber, Signs: always(KernelSeconds)},
	{Key: "usec", Use: DropIn, In: KernelMessage, Accept: isNumber, Signs: always(KernelMicros)},
}

func recognizeKernel(in *Input) Shape {
	if all := KernelOrder | KernelSeconds | KernelMicros; !in.Is(Parsed) && in.Signs&all == all {
		return KernelMessage
	}
	return 0
}

// mapKernel adds the log.source that journald has for the kernel, too.
func mapKernel(in *Input, out *record.Builder) {
	if in.Is(KernelMessage) {
		in.putLogSource(record.View("kernel"), out)
	}
}
