package security

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/probe"
	"linghang/modules/security/internal/suricata"
)

// Commands are those of the room: they need no installation.
func Commands() []*cobra.Command {
	var read, face string
	cmd := &cobra.Command{
		Use: "probe", Short: "Listen to an industrial network, passively, and tell what was said there", Args: cobra.NoArgs,
		Long: `Listen to an industrial network and tell who asked whom for what: Modbus, DNP3, EtherNet/IP and CIP, S7comm,
IEC 104, OPC UA, BACnet/IP and PROFINET DCP. It reads packets from a file, a pipe or a network interface, joins sessions
in their middle, finds out who asks whom, and sends nothing into the network that it listens to.

Without a city it prints: a summary, or with --output json lines of JSON, each with one of the names record (a unit that
writes, controls, programs, configures, fails or was not seen before), fact (what a device says of itself), aggregate
(units of 10 seconds between two) and, at the end, totals.`,
		Example: `  linghang probe --read plant.pcapng
  linghang probe --read plant.pcap --output json | grep '"write"'
  tcpdump -i eth1 -w - | linghang probe --read - --output json
  linghang probe --interface eth1 --output json
  linghang probe run --config probe.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (read == "") == (face == "") {
				return errors.New("give --read FILE (- is standard input) or --interface NAME, one of them; or `linghang probe run --config probe.yaml`")
			}
			return probeAlone(cmd, read, face)
		},
	}
	cmd.Flags().StringVar(&read, "read", "", "capture file (pcap or pcapng); - reads standard input")
	cmd.Flags().StringVar(&face, "interface", "", "network interface that sees a copy of the traffic (Linux; needs CAP_NET_RAW)")
	cmd.AddCommand(probeRun(), probeCheck(), probePackets(), probeSuricata())
	return []*cobra.Command{cmd}
}

// collectsAt is how much more than it needs a probe may have in memory before what it needs no more is looked
// for, in percent: small machines run it, and it keeps little.
const collectsAt = 60

// small keeps a probe small, unless whoever starts it says how large it may be.
func small() {
	if _, said := os.LookupEnv("GOGC"); !said {
		debug.SetGCPercent(collectsAt)
	}
}

func probeAlone(cmd *cobra.Command, read, face string) error {
	small()
	var in *probe.Input
	var err error
	if face != "" {
		in, err = probe.OpenInterface(face, true)
	} else {
		in, err = probe.OpenFile(read, cmd.InOrStdin())
	}
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if cmd.Flag("output").Value.String() == "json" {
		return probe.Print(cmd.Context(), in, cmd.OutOrStdout()) //nolint:wrapcheck // it says all
	}
	return summarise(cmd.Context(), in, cmd.OutOrStdout())
}

// said is what a summary tells of one kind of units.
type said struct {
	protocol, class, function string
	requests, responses       uint64
}

func summarise(ctx context.Context, in *probe.Input, w io.Writer) error {
	began := time.Now()
	sums := map[[3]string]*said{}
	reasons := map[string]int{}
	facts := 0
	t, err := probe.Tell(ctx, in, func(b batch.Batch) {
		facts += len(b.Facts)
		for i := range b.Records {
			for _, why := range b.Records[i].Why {
				reasons[why]++
			}
		}
		for i := range b.Aggregates {
			a := &b.Aggregates[i]
			k := [3]string{a.Protocol, a.Class, a.Function}
			if sums[k] == nil {
				sums[k] = &said{protocol: a.Protocol, class: a.Class, function: a.Function}
			}
			sums[k].requests += a.Requests
			sums[k].responses += a.Responses
		}
	})
	list := make([]*said, 0, len(sums))
	for _, s := range sums {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *said) int {
		return cmp.Compare(b.requests+b.responses, a.requests+a.responses)
	})
	_, _ = fmt.Fprintf(w, "%d packets, %d octets, %d units, in %s\n", t.Packets, t.Octets, t.Units, time.Since(began).Round(time.Millisecond))
	_, _ = fmt.Fprintf(w, "lost: %d by the kernel, %d by this program; undecodable: %d; malformed units: %d; octets never seen: %d\n", t.KernelDrops, t.QueueDrops, t.Undecodable, t.Malformed, t.GapOctets)
	for _, why := range batch.Reasons() {
		_, _ = fmt.Fprintf(w, "%-12s %d\n", why, reasons[why])
	}
	_, _ = fmt.Fprintf(w, "%-12s %d\n\n%-8s %-10s %-34s %10s %10s\n", "facts", facts, "protocol", "class", "function", "requests", "answers")
	for _, s := range list {
		_, _ = fmt.Fprintf(w, "%-8s %-10s %-34s %10d %10d\n", s.protocol, s.class, s.function, s.requests, s.responses)
	}
	return err
}

func probeRun() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "run", Short: "Listen, keep what is found on the disk, and send it to the city", Args: cobra.NoArgs,
		Long: `Listen, keep what is found on the disk, and send it to the city, with the certificate of this machine, which is renewed
in time. What cannot be sent waits within the budget; records of writes, control and errors go first and are given up
last. A file ends when the city has all of it; an interface is read until the program is stopped. The file says:

  machine: /var/lib/linghang-machine   # of linghang machine enrol
  spool: /var/lib/linghang-probe       # what waits for the city
  budget: 2GiB                         # of the spool
  interface: eth1                      # or read: plant.pcap
  packets: 256MiB                      # of the newest packets, which stay here; none when it is left out
  around_alerts: true                  # tell the city, out of them, what two said around an alert; not packets
  logs:                                # of other sensors; then interface may be left out
    - format: eve                      # Suricata; or syslog, zeek, wazuh, windows (JSON)
      file: /var/log/suricata/eve.json
    - format: syslog                   # over the network: udp://, tcp:// or tls://
      listen: tls://0.0.0.0:6514
      certificate: server.pem          # of tls://, with key; with clients senders need one, too
      key: server.key
      clients: senders-ca.pem

Files of logs are followed, also when they are moved. Paths are beside the file.`,
		Example: "  linghang probe run --config probe.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := probe.Load(file)
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			p, err := probe.Open(c, cmd.Root().Version, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			small()
			_, _ = fmt.Fprintln(cmd.OutOrStdout(), "listening; stop with Ctrl-C")
			return p.Run(cmd.Context(), cmd.InOrStdin()) //nolint:wrapcheck // it says all
		},
	}
	cmd.Flags().StringVar(&file, "config", "probe.yaml", "configuration of the probe")
	return cmd
}

func probeSuricata() *cobra.Command {
	o := suricata.Options{}
	cmd := &cobra.Command{
		Use: "suricata-config", Short: "Print a configuration of Suricata that is not blind in a plant", Args: cobra.NoArgs,
		Long: `Print a configuration of Suricata 7 and later that takes sessions up in their middle, reads Modbus, DNP3 and EtherNet/IP
without an end, does not mind checksums, and writes alerts, losses, and transactions of DNS, TLS, HTTP and files, which a probe follows (logs, format eve).`,
		Example: "  linghang probe suricata-config --interface eth1 --home 10.1.0.0/16 > /etc/suricata/plant.yaml\n  suricata -c /etc/suricata/plant.yaml --af-packet",
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := suricata.Config(o)
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err //nolint:wrapcheck // of the terminal
		},
	}
	cmd.Flags().StringVar(&o.Interface, "interface", "eth1", "network interface that sees a copy of the traffic")
	cmd.Flags().StringSliceVar(&o.Home, "home", nil, "networks of the plant (those of RFC 1918 when not given)")
	cmd.Flags().StringVar(&o.Logs, "logs", "/var/log/suricata", "directory for eve.json")
	cmd.Flags().StringVar(&o.Rules, "rules", "/var/lib/suricata/rules", "directory of suricata.rules")
	return cmd
}

func probeCheck() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "check", Short: "Read the configuration and tell what is wrong with it", Args: cobra.NoArgs, Example: "  linghang probe check --config probe.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := probe.Load(file)
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			kept := "packets are not kept (packets: 256MiB keeps the newest of an interface or a pipe on this machine)"
			if c.KeepsPackets() {
				kept = fmt.Sprintf("the newest packets are kept in %s, within %s", c.PacketsIn(), c.Packets)
			}
			_, _ = fmt.Fprintln(cmd.OutOrStdout(), "the configuration is good; "+kept)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "config", "probe.yaml", "configuration of the probe")
	return cmd
}
