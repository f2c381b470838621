package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The aws source maps what the aws filter adds
// (https://docs.fluentbit.io/manual/data-pipeline/filters/aws-metadata).

const (
	instanceID Slot = "ec2_instance_id" // shared with ecs
	awsZone    Slot = "az"
	awsAccount Slot = "account_id"
	awsAddress Slot = "private_ip"
)

var awsFields = []Field{
	{Key: "az", Use: Hold, Slot: awsZone, In: Instance, Accept: nameThat(isZone)},
	{Key: "account_id", Use: Hold, Slot: awsAccount, In: Instance, Accept: nameThat(isAccount)},
	{Key: "private_ip", Use: Hold, Slot: awsAddress, In: Instance},
	{Key: "ec2_instance_id", Use: Hold, Slot: instanceID, In: Instance,
		Accept: nameThat(isInstanceID)},
	{Key: "HOSTNAME", Use: Hold, Slot: hostName, In: Instance, Signs: instanceName},
}

func isZone(text []byte) bool    { return len(regionOf(text)) > 0 }
func isAccount(text []byte) bool { return len(text) == 12 && ascii.AllDigits(text) }

// isInstanceID accepts i- and 8 or, since 2016, 17 hexadecimal digits.
func isInstanceID(text []byte) bool {
	digits, ok := bytes.CutPrefix(text, []byte("i-"))
	return ok && (len(digits) == 8 || len(digits) == 17) && ascii.IsHex(digits)
}

// instanceName recognizes the names that EC2 gives to instances: ip-10-0-3-17.ec2.internal, or the
// id in front of the domain.
func instanceName(_ []byte, tok chunk.Token) Signs {
	first, _, _ := bytes.Cut(tok.Data, []byte("."))
	address, ok := bytes.CutPrefix(first, []byte("ip-"))
	if isInstanceID(first) ||
		ok && ascii.AllDigits(bytes.ReplaceAll(address, []byte("-"), []byte("0"))) {
		return InstanceName
	}
	return 0
}

// recognizeInstance recognizes a line of an application by more than other records: the filter adds
// zone and instance together, and knows the host by the name that EC2 has given it.
func recognizeInstance(in *Input) Shape {
	isInstance := in.HasAny(awsZone, instanceID)
	if in.Is(Parsed) {
		isInstance = in.Has(awsZone) && in.Has(instanceID) &&
			(!in.Has(hostName) || in.Signs&InstanceName != 0)
	}
	if isInstance {
		return Instance
	}
	return 0
}

// mapInstance adds the attributes of the EC2 instance that the aws filter describes.
func mapInstance(in *Input, out *record.Builder) {
	if !in.Is(Instance) {
		return
	}
	zone := in.Text(awsZone)
	out.Put("aws.availability_zone", zone)
	out.Put("aws.region", regionOf(zone))
	out.Put("aws.account.id", in.Text(awsAccount))
	out.Put("aws.resource.id", in.Text(instanceID))
	out.Put("host.name", in.Text(hostName))
	out.Put("host.ip", in.Text(awsAddress))
	out.PutString("cloud.provider", "aws")
}

func instanceHost(in *Input) (host []byte, names bool) {
	if in.Is(Instance) {
		host = in.Text(hostName)
	}
	return host, false
}

// regionOf returns the region of an availability zone, such as eu-west-1 of eu-west-1a or of the
// local zone us-west-2-lax-1a, or nil if it is none.
func regionOf(zone []byte) []byte {
	parts := bytes.Count(zone, []byte("-"))
	if len(zone) > 32 || parts < 2 || len(zone) < 9 || !ascii.IsLetter(zone[len(zone)-1]) {
		return nil
	}
	for i, c := range zone {
		isDigit := '0' <= c && c <= '9'
		if !isDigit && c != '-' && (c < 'a' || c > 'z') {
			return nil
		}
		if isDigit && zone[i-min(i, 1)] == '-' { // the first number ends the region
			return zone[:i+1]
		}
	}
	return nil
}
