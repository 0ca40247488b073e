package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linghang/modules/security/internal/probe"
	"linghang/modules/security/internal/ring"
)

// packetsAsked are the flags of linghang probe packets.
type packetsAsked struct {
	config, dir, out, from, to string
	hosts                      []string
	ports                      []uint
}

// packetsFound is what linghang probe packets tells.
type packetsFound struct {
	File string `json:"file,omitempty"` // that the packets were written to
	ring.Result
	Held ring.Held `json:"held"` // what is kept in all
}

func probePackets() *cobra.Command {
	var a packetsAsked
	cmd := &cobra.Command{
		Use: "packets", Short: "Cut packets out of those that the probe keeps on this machine", Args: cobra.NoArgs,
		Long: `Cut packets out of those that a probe keeps on this machine, while it goes on: with packets: 256MiB in its
configuration it keeps the newest of all that it hears, whole, in that much room. They hold what the plant's
devices say to each other, so they never leave this machine by themselves: who works at it cuts out what is needed, as
a file that Wireshark and tshark read, and decides who gets it.

Times are as 2026-11-30T08:00:00+08:00, as "2026-11-30 08:00:00" of this machine, or 15m: so long ago. With one --host
all that it sends and gets, with more what they say to each other; IP or MAC addresses. With several --port any of
them. Of packets that were sent in fragments only the first has ports. Without --out it tells what there is, and
writes nothing.

The exit code is 0 when packets were written, and 1 when there are none or it failed.
With --output json it prints an object: file, packets, octets, first, last, segments (that were read), missed (packets that
the disk could not take), damaged (segments that could not be read to their end), held {segments, octets}.`,
		Example: `  linghang probe packets --config probe.yaml
  linghang probe packets --from 15m --host 10.1.0.5 --out now.pcapng
  linghang probe packets --from "2026-11-30 08:00:00" --to "2026-11-30 08:10:00" --host 10.1.0.5 --host 10.1.0.20 --port 102 --out stop.pcapng
  linghang probe packets --from 5m --out - | tshark -r - -Y modbus`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd) },
	}
	cmd.Flags().StringVar(&a.config, "config", "probe.yaml", "configuration of the probe")
	cmd.Flags().StringVar(&a.dir, "dir", "", "directory of packets, in place of the one that the configuration names")
	cmd.Flags().StringVar(&a.from, "from", "", "packets from this time on")
	cmd.Flags().StringVar(&a.to, "to", "", "packets up to this time")
	cmd.Flags().StringSliceVar(&a.hosts, "host", nil, "packets of this address; of several, between them")
	cmd.Flags().UintSliceVar(&a.ports, "port", nil, "packets of this TCP or UDP port, at either end")
	cmd.Flags().StringVar(&a.out, "out", "", "file to write, which must not be there; - is standard output")
	return cmd
}

func (a *packetsAsked) run(cmd *cobra.Command) error {
	q, err := a.query(time.Now())
	if err != nil {
		return err
	}
	dir, err := a.directory()
	if err != nil {
		return err
	}
	found := packetsFound{File: a.out}
	if found.Held, err = ring.Holds(dir); err != nil {
		return fmt.Errorf("no packets are kept here (packets: in the configuration of the probe keeps them), or they are another user's: %w", err)
	}
	if found.Result, err = a.cut(cmd.Context(), cmd.OutOrStdout(), dir, q); err != nil {
		return err
	}
	said := cmd.OutOrStdout()
	if a.out == "-" {
		said = cmd.ErrOrStderr()
	}
	if a.out != "" && found.Packets == 0 {
		found.File = ""
	}
	if err := found.print(said, cmd.Flag("output").Value.String() == "json"); err != nil {
		return err
	}
	if a.out != "" && found.Packets == 0 {
		return errors.New("no packet that is kept is of this time, these hosts and these ports; nothing was written")
	}
	return nil
}

// directory is where the packets are.
func (a *packetsAsked) directory() (string, error) {
	if a.dir != "" {
		return a.dir, nil
	}
	c, err := probe.Load(a.config)
	if err != nil {
		return "", err //nolint:wrapcheck // it says all
	}
	return c.PacketsIn(), nil
}

// cut writes the packets; a file with none does not stay.
func (a *packetsAsked) cut(ctx context.Context, stdout io.Writer, dir string, q ring.Query) (ring.Result, error) {
	switch a.out {
	case "":
		return ring.Cut(ctx, dir, q, io.Discard) //nolint:wrapcheck // it says all
	case "-":
		return ring.Cut(ctx, dir, q, stdout) //nolint:wrapcheck // it says all
	}
	f, err := os.OpenFile(a.out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return ring.Result{}, fmt.Errorf("write the packets: %w", err)
	}
	res, err := ring.Cut(ctx, dir, q, f)
	err = errors.Join(err, f.Close())
	if err != nil || res.Packets == 0 {
		err = errors.Join(err, os.Remove(a.out))
	}
	return res, err
}

func (a *packetsAsked) query(now time.Time) (q ring.Query, err error) {
	q.Hosts = a.hosts
	if q.From, err = timeOf(a.from, now); err != nil {
		return q, fmt.Errorf("--from: %w", err)
	}
	if q.To, err = timeOf(a.to, now); err != nil {
		return q, fmt.Errorf("--to: %w", err)
	}
	for _, p := range a.ports {
		if p == 0 || p > 65535 {
			return q, fmt.Errorf("--port: %d is none of 1 to 65535", p)
		}
		q.Ports = append(q.Ports, uint16(p))
	}
	return q, q.Check() //nolint:wrapcheck // it says all
}

// timeOf reads a time, or how long ago it was; nothing is no time.
func timeOf(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(strings.TrimPrefix(s, "-")); err == nil {
		return now.Add(-ago), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at, nil
	}
	for _, form := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(form, s, time.Local); err == nil { //nolint:gosmopolitan // whoever is at the machine means its time
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time as 2026-11-30T08:00:00+08:00 or 2026-11-30 08:00:00, and not how long ago as 15m", s)
}

func (f *packetsFound) print(w io.Writer, asJSON bool) error {
	if asJSON {
		lines := json.NewEncoder(w)
		lines.SetIndent("", "  ")
		return lines.Encode(f) //nolint:wrapcheck // of the terminal
	}
	_, err := fmt.Fprintf(w, "kept: %d segments, %d octets\nmeant: %d packets, %d octets\n", f.Held.Segments, f.Held.Octets, f.Packets, f.Octets)
	if err == nil && f.Packets > 0 {
		_, err = fmt.Fprintf(w, "from %s to %s\n", f.First.Local().Format(time.RFC3339Nano), f.Last.Local().Format(time.RFC3339Nano)) //nolint:gosmopolitan // whoever is at the machine means its time
	}
	if err == nil && f.Missed+uint64(f.Damaged) > 0 { //nolint:gosec // a count
		_, err = fmt.Fprintf(w, "missing: %d packets that the disk could not take; %d segments could not be read to their end\n", f.Missed, f.Damaged)
	}
	if err == nil && f.File != "" && f.File != "-" {
		_, err = fmt.Fprintf(w, "written: %s\n", f.File)
	}
	return err //nolint:wrapcheck // of the terminal
}
