package capture_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
	"linghang/lib/icsdissect/pdu"
)

// capturesVariable names a folder of capture files. They are others' work and
// not in the repository; without them, and without tshark, nothing is compared.
const capturesVariable = "LINGHANG_CAPTURES"

// question is what tshark is asked of a protocol: a filter, and the field whose
// occurrences are the functions of PDUs.
type question struct {
	protocol pdu.Protocol
	filter   string
	field    string
}

func questions() []question {
	return []question{
		{pdu.Modbus, "modbus", "modbus.func_code"},
		{pdu.DNP3, "dnp3", "dnp3.al.func"},
		{pdu.ENIP, "enip", "enip.command"},
		{pdu.CIP, "cip", "cip.sc"},
		{pdu.S7comm, "s7comm", "s7comm.param.func"},
		{pdu.IEC104, "iec60870_104", "iec60870_asdu.typeid"},
		{pdu.BACnet, "bacapp", "bacapp.type"},
		{pdu.OPCUA, "opcua", "opcua.servicenodeid.numeric"},
	}
}

// oracle counts sender>receiver function by tshark.
func oracle(t *testing.T, file string, q question) map[string]int {
	t.Helper()
	args := []string{"-n", "-r", file, "-Y", q.filter, "-T", "fields", "-E", "separator=;", "-E", "occurrence=a"}
	for _, f := range []string{"ip.src", "ipv6.src", "tcp.srcport", "udp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "udp.dstport", q.field} {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil && len(out) == 0 {
		return nil
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), ";")
		if len(f) != 9 || f[8] == "" || strings.Contains(f[0], ",") {
			continue
		}
		from := endpoint(f[0]+f[1], f[2]+f[3])
		to := endpoint(f[4]+f[5], f[6]+f[7])
		for code := range strings.SplitSeq(f[8], ",") {
			n, err := strconv.ParseUint(code, 0, 32)
			if err != nil || q.protocol == pdu.ENIP && (n == 0x6f || n == 0x70) {
				continue // what carries CIP is told as CIP
			}
			counts[fmt.Sprintf("%s>%s %d", from, to, n)+role(q.protocol, f[2]+f[3])]++
		}
	}
	return counts
}

func endpoint(addr, port string) string {
	a, err := netip.ParseAddr(addr)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil {
		return addr + ":" + port
	}
	return netip.AddrPortFrom(a, uint16(n)).String()
}

// role is what tshark makes of Modbus: who has the port answers.
func role(protocol pdu.Protocol, port string) string {
	switch {
	case protocol != pdu.Modbus:
		return ""
	case port == "502":
		return " response"
	}
	return " request"
}

// ours counts the same by the dissector.
func ours(t *testing.T, file string) (map[pdu.Protocol]map[string]int, icsdissect.Stats) {
	t.Helper()
	counts := map[pdu.Protocol]map[string]int{}
	d := icsdissect.New(icsdissect.Options{Record: func(r *icsdissect.Record) {
		from, to := r.Flow.Client.Addr, r.Flow.Server.Addr
		if !r.FromClient {
			from, to = to, from
		}
		p := r.PDU
		if counts[p.Protocol] == nil {
			counts[p.Protocol] = map[string]int{}
		}
		if strings.HasPrefix(p.Function, "link_") {
			return // tshark's field is that of the application layer
		}
		code := p.Code
		switch {
		case p.Protocol == pdu.BACnet:
			if code >>= 8; code == 0xff {
				return // the link alone
			}
		case p.Protocol == pdu.IEC104 && p.Class == pdu.Session, p.Protocol == pdu.OPCUA && code == 0,
			p.Protocol == pdu.S7comm && (code == 0 || code == 0x72), p.Function == "implicit_io":
			return // the oracle's field is not that of these
		}
		key := fmt.Sprintf("%s>%s %d", from, to, code)
		if p.Protocol == pdu.Modbus {
			key += " " + p.Role.String()
		}
		counts[p.Protocol][key]++
	}})
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := capture.Open(f)
	if err != nil {
		t.Logf("%s: %v", file, err)
		return counts, d.Stats()
	}
	for {
		p, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Logf("%s: %v", file, err)
			}
			break
		}
		d.Packet(p.Time, p.Link, p.Octets)
	}
	d.Flush()
	return counts, d.Stats()
}

func TestPublicCapturesAgainstTshark(t *testing.T) {
	folder := os.Getenv(capturesVariable)
	if folder == "" {
		t.Skip(capturesVariable + " names no folder of captures")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("there is no tshark")
	}
	var files []string
	if err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	only := os.Getenv("LINGHANG_PROTOCOL")
	total, found, extra := map[pdu.Protocol]int{}, map[pdu.Protocol]int{}, map[pdu.Protocol]int{}
	for _, file := range files {
		mine, _ := ours(t, file)
		for _, q := range questions() {
			if only != "" && only != string(q.protocol) {
				continue
			}
			want := oracle(t, file, q)
			all, hit, more := compare(want, mine[q.protocol])
			total[q.protocol] += all
			found[q.protocol] += hit
			extra[q.protocol] += more
			if hit != all || more > 0 {
				t.Logf("%s: %s: tshark %d, found %d, more %d", filepath.Base(file), q.protocol, all, hit, more)
			}
		}
	}
	for _, q := range questions() {
		if total[q.protocol] > 0 {
			t.Logf("TOTAL %s: tshark %d, found %d (%.2f %%), more %d", q.protocol, total[q.protocol], found[q.protocol],
				100*float64(found[q.protocol])/float64(total[q.protocol]), extra[q.protocol])
		}
	}
	for _, p := range []pdu.Protocol{pdu.Modbus, pdu.DNP3, pdu.ENIP, pdu.S7comm} {
		if found[p]*100 < total[p]*99 {
			t.Errorf("%s: %d of %d PDUs have the right function and direction", p, found[p], total[p])
		}
	}
}

// compare returns how many PDUs there are, how many of them we found, and how many we have besides.
func compare(want, got map[string]int) (all, hit, more int) {
	for k, n := range want {
		all += n
		hit += min(n, got[k])
	}
	for k, n := range got {
		more += max(0, n-want[k])
	}
	return all, hit, more
}
