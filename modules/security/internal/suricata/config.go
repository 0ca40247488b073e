// Package suricata writes a configuration of Suricata that is not blind in a plant.
//
// As it comes, Suricata takes up no session in its middle, and those of a plant live for
// months; its parsers of Modbus, DNP3 and EtherNet/IP are off; it stops to read a
// session after 1 MiB; and it rejects packets whose checksums a network card was to fill
// in. It also writes a record of each transaction, which is more than the traffic
// itself: a probe counts the industrial ones by itself, and takes alerts, statistics of loss,
// and what it does not dissect: DNS, TLS, HTTP and files, without what was in them.
package suricata

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
)

// Options are what differs from plant to plant.
type Options struct {
	Interface string   // that sees a copy of the traffic
	Home      []string // networks of the plant, as 10.0.0.0/8; those of RFC 1918 when empty
	Logs      string   // directory of eve.json
	Rules     string   // directory of the files of rules
}

const mostNetworks = 100

var faceName = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,15}$`)

// Config returns the whole configuration, for `suricata -c`, of Suricata 7 and later.
func Config(o Options) (string, error) {
	if !faceName.MatchString(o.Interface) {
		return "", fmt.Errorf("%q is no name of a network interface", o.Interface)
	}
	if len(o.Home) == 0 {
		o.Home = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
	}
	if len(o.Home) > mostNetworks {
		return "", fmt.Errorf("at most %d networks", mostNetworks)
	}
	for _, n := range o.Home {
		if p, err := netip.ParsePrefix(n); err != nil || p != p.Masked() {
			return "", fmt.Errorf("%q is no network as 10.0.0.0/8, with nothing behind its mask", n)
		}
	}
	for _, dir := range []string{o.Logs, o.Rules} {
		if !filepath.IsAbs(dir) || strings.ContainsAny(dir, "\"\\\n\r\x00") {
			return "", errors.New("directories of logs and rules are absolute, without quotes")
		}
	}
	return strings.NewReplacer("@interface@", o.Interface, "@home@", strings.Join(o.Home, ","), "@logs@", o.Logs, "@rules@", o.Rules).Replace(pattern), nil
}

const pattern = `%YAML 1.1
---
# Written by linghang probe suricata-config. Use it with
#   suricata -c THIS-FILE --af-packet
# and let the probe follow @logs@/eve.json (format: eve).

vars:
  address-groups:
    HOME_NET: "[@home@]"
    # Attacks in a plant mostly come from within: nothing is only outside.
    EXTERNAL_NET: "any"
    HTTP_SERVERS: "$HOME_NET"
    SMTP_SERVERS: "$HOME_NET"
    SQL_SERVERS: "$HOME_NET"
    DNS_SERVERS: "$HOME_NET"
    TELNET_SERVERS: "$HOME_NET"
    AIM_SERVERS: "$EXTERNAL_NET"
    DC_SERVERS: "$HOME_NET"
    DNP3_SERVER: "$HOME_NET"
    DNP3_CLIENT: "$HOME_NET"
    MODBUS_CLIENT: "$HOME_NET"
    MODBUS_SERVER: "$HOME_NET"
    ENIP_CLIENT: "$HOME_NET"
    ENIP_SERVER: "$HOME_NET"
  port-groups:
    HTTP_PORTS: "80"
    SHELLCODE_PORTS: "!80"
    ORACLE_PORTS: 1521
    SSH_PORTS: 22
    DNP3_PORTS: 20000
    MODBUS_PORTS: 502
    FTP_PORTS: 21
    FILE_DATA_PORTS: "[$HTTP_PORTS,110,143]"
    GENEVE_PORTS: 6081
    VXLAN_PORTS: 4789
    TEREDO_PORTS: 3544

default-log-dir: "@logs@"

stats:
  enabled: yes
  interval: 30

outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      # The same number for a session in Suricata, Zeek and others.
      community-id: true
      # Whose MAC address it was: by it devices are known.
      ethernet: yes
      types:
        - alert:
            tagged-packets: no
        - stats:
            totals: yes
            threads: no
            deltas: no
        # What a probe does not dissect by itself. It tells each of them once in a while, with
        # names, addresses, fingerprints and hashes; no contents, certificates and cookies.
        - dns:
            version: 2
            requests: yes
            responses: yes
            formats: [detailed]
        - tls:
            extended: yes
            session-resumption: yes
        - http:
            extended: yes
        - files:
            force-magic: yes
            force-hash: [md5, sha1, sha256]

af-packet:
  - interface: @interface@
    cluster-id: 99
    cluster-type: cluster_flow
    defrag: yes
    # Network cards leave checksums to be filled in: a wrong one says nothing here.
    checksum-checks: no

pcap-file:
  checksum-checks: no

app-layer:
  protocols:
    modbus:
      enabled: yes
      detection-ports:
        dp: 502
      # Sessions live for months: no end to what is read of one.
      stream-depth: 0
    dnp3:
      enabled: yes
      detection-ports:
        dp: 20000
    enip:
      enabled: yes
      detection-ports:
        dp: 44818
        sp: 44818
    http:
      enabled: yes
      libhtp:
        default-config:
          personality: IDS
          # A hash is of a whole file, or of none.
          request-body-limit: 0
          response-body-limit: 0
    tls:
      enabled: yes
      detection-ports:
        dp: 443
      # Fingerprints of clients and servers, for indicators; JA4 since Suricata 8.
      ja3-fingerprints: yes
      ja4-fingerprints: yes
    ssh:
      enabled: yes
    smb:
      enabled: yes
      detection-ports:
        dp: 139, 445
    ftp:
      enabled: yes
    dcerpc:
      enabled: yes
    ntp:
      enabled: yes
    snmp:
      enabled: yes
    tftp:
      enabled: yes
    dhcp:
      enabled: yes
    rdp:
      enabled: yes
    rfb:
      enabled: yes
      detection-ports:
        dp: 5900, 5901, 5902, 5903, 5904, 5905, 5906, 5907, 5908, 5909
    mqtt:
      enabled: yes
    dns:
      tcp:
        enabled: yes
        detection-ports:
          dp: 53
      udp:
        enabled: yes
        detection-ports:
          dp: 53

stream:
  memcap: 128mb
  # A sensor joins sessions in their middle, and sees one side of some.
  midstream: true
  async-oneside: true
  checksum-validation: no
  inline: no
  reassembly:
    memcap: 256mb
    depth: 0

flow:
  memcap: 128mb
  hash-size: 65536
  prealloc: 10000

flow-timeouts:
  tcp:
    new: 60
    # Stations that poll each hour keep their session.
    established: 7200
    closed: 60

default-rule-path: "@rules@"
rule-files:
  - suricata.rules
`
