// Package feed reads what other sensors of an enterprise write, a line at a time:
// EVE of Suricata, syslog, logs of Zeek, alerts of Wazuh and events of Windows.
//
// A parser takes one line without its end and returns what is common to all of
// them. It keeps no text longer than the format of batches has, and refuses what
// it does not understand, so that it can be counted.
package feed
