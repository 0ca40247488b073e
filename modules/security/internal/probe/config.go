package probe

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
	"linghang/modules/security/internal/ring"
)

// Config says what a probe reads, and where what it finds waits and goes.
type Config struct {
	// Machine is the directory of `linghang machine enrol`: where the city is, and who this machine is.
	Machine string `yaml:"machine"`
	// Spool is the directory in which batches wait.
	Spool string `yaml:"spool"`
	// Budget is how much the spool may hold, as 2GiB or 500MiB: 1GiB when empty.
	Budget string `yaml:"budget"`
	// Interface is a network interface that sees a copy of the traffic; or
	Interface string `yaml:"interface"`
	// Read is a capture file or a pipe; - is standard input.
	Read string `yaml:"read"`
	// Packets is how much the newest packets themselves may take up beside the spool, as 256MiB;
	// when empty none is kept. They stay on this machine.
	Packets string `yaml:"packets"`
	// AroundAlerts answers the city with what two said to each other about the time of an alert,
	// from the packets that are kept: units, not packets.
	AroundAlerts bool `yaml:"around_alerts"`
	// Logs are what other sensors of the enterprise write; with them a probe may listen to nothing.
	Logs []LogConfig `yaml:"logs"`
	// Selective leaves the interface out of promiscuous mode.
	Selective bool `yaml:"selective"`
	// Unattended leaves the renewal of the certificate to another program.
	Unattended bool `yaml:"renewed_elsewhere"`

	budget, packets int64
}

// PacketsIn is the directory of the packets that a probe keeps.
func (c *Config) PacketsIn() string { return filepath.Join(c.Spool, "packets") }

// KeepsPackets tells whether it keeps any: those of a capture file are in it, and are kept no
// second time.
func (c *Config) KeepsPackets() bool {
	info, err := os.Stat(c.Read)
	return c.packets > 0 && (c.Read == "" || c.Read == "-" || err != nil || !info.Mode().IsRegular())
}

const (
	usualBudget = "1GiB"
	leastBudget = 1 << 20
)

// Load reads a configuration; paths in it are beside its file.
func Load(path string) (Config, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator named it
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	c, err := parse(text)
	if err != nil {
		return c, fmt.Errorf("%s:\n%w", path, err)
	}
	names := []*string{&c.Machine, &c.Spool, &c.Read}
	for i := range c.Logs {
		names = append(names, &c.Logs[i].File, &c.Logs[i].Certificate, &c.Logs[i].Key, &c.Logs[i].Clients)
	}
	for _, name := range names {
		if *name != "" && *name != "-" && !filepath.IsAbs(*name) {
			*name = filepath.Join(filepath.Dir(path), *name)
		}
	}
	return c, nil
}

func parse(text []byte) (Config, error) {
	var c Config
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("this is no configuration of a probe: %w", err)
	}
	return c, c.check()
}

// check refuses a configuration that cannot be acted upon, naming every fault.
func (c *Config) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Machine == "" {
		bad("machine: is missing; it is the directory that `linghang machine enrol --dir` wrote to")
	}
	if c.Spool == "" {
		bad("spool: is missing; it is a directory on a disk that stays")
	}
	if c.Interface != "" && c.Read != "" || c.Interface == "" && c.Read == "" && len(c.Logs) == 0 {
		bad("interface: give interface or read, one of them, or logs")
	}
	c.checkLogs(bad)
	if c.Budget == "" {
		c.Budget = usualBudget
	}
	n, err := size(c.Budget)
	if err != nil || n < leastBudget {
		bad("budget: %q is not 1MiB or more, as 500MiB or 2GiB", c.Budget)
	}
	c.budget = n
	c.checkPackets(bad)
	return errors.Join(errs...)
}

// checkPackets refuses a ring of packets that would be of no use, or have nothing to keep.
func (c *Config) checkPackets(bad func(string, ...any)) {
	if c.Packets == "" {
		if c.AroundAlerts {
			bad("around_alerts: comes from packets that are kept; packets: 256MiB keeps them")
		}
		return
	}
	if c.Interface == "" && c.Read == "" {
		bad("packets: there are none without interface or read")
	}
	n, err := size(c.Packets)
	if err != nil || n < ring.Least {
		bad("packets: %q is not 16MiB or more, as 256MiB or 20GiB", c.Packets)
	}
	c.packets = n
}

// checkLogs refuses sources of logs that cannot be followed.
func (c *Config) checkLogs(bad func(string, ...any)) {
	if len(c.Logs) > batch.MaxFeeds {
		bad("logs: at most %d", batch.MaxFeeds)
	}
	seen := map[string]bool{}
	for i, l := range c.Logs {
		if !slices.Contains(feed.Formats(), l.Format) {
			bad("logs[%d].format: %q is none of eve, syslog, zeek, wazuh, windows", i, l.Format)
		}
		if (l.File == "") == (l.Listen == "") || len(l.name()) > batch.MaxText {
			bad("logs[%d].file: give file or listen, one of them, of %d octets at most", i, batch.MaxText)
			continue
		}
		if l.Listen != "" && l.Format != feed.Syslog {
			bad("logs[%d].listen: syslog comes over the network, not %s", i, l.Format)
		}
		if err := l.receiver().Check(); l.Listen != "" && err != nil {
			bad("logs[%d].listen: %w", i, err)
		}
		if seen[l.name()] {
			bad("logs[%d]: %s stands there twice", i, l.name())
		}
		seen[l.name()] = true
	}
}

// size reads a number of octets with its unit.
func size(s string) (int64, error) {
	factor := int64(1)
	for unit, f := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, factor = strings.TrimSpace(rest), f
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/factor {
		return 0, fmt.Errorf("%q is no number of octets", s)
	}
	return n * factor, nil
}
