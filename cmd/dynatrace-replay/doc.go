// Command dynatrace-replay sends the records of a dead letter file to Dynatrace again, after the
// cause of their rejection is fixed. dynatrace-replay --help explains its use.
//
// A record of a dead letter file is finished: the plugin has mapped it, cut it to the limits and
// added all static attributes, also those that travel in a header otherwise. So it is sent byte
// for byte, apart from its timestamp (--restamp, and the shorter form that a OneAgent takes), and
// of the plugin's options only those count that belong to the request: endpoint, token, TLS,
// proxy, headers and structure.
package main
