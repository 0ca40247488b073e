package kernel

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// configure loads a configuration from a file's text, variables and flags.
func configure(t *testing.T, file string, variables map[string]string, flags ...string) (Config, error) {
	t.Helper()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addFlags(set)
	if file != "" {
		name := filepath.Join(t.TempDir(), "linghang.yaml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--config", name)
	}
	if err := set.Parse(flags); err != nil {
		t.Fatal(err)
	}
	return load(set, func(key string) (string, bool) { v, ok := variables[key]; return v, ok })
}

func TestFlagsWinOverVariablesOverTheFileOverDefaults(t *testing.T) {
	const file = "http: 127.0.0.1:1\ndata: from-file\nlog-level: debug\nretention: 48h\ntrust-proxy: true\nrun: [platforms, plan]\n"
	variables := map[string]string{"LINGHANG_HTTP": "127.0.0.1:2", "LINGHANG_DATA": "from-variable", "LINGHANG_GRACE": "5s"}
	c, err := configure(t, file, variables, "--http", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTP != "127.0.0.1:3" || c.Data != "from-variable" || c.LogLevel != "debug" || c.LogFormat != "text" {
		t.Errorf("got %+v", c)
	}
	if c.Retention != 48*time.Hour || c.Grace != 5*time.Second || !c.TrustProxy || strings.Join(c.Run, " ") != "platforms plan" {
		t.Errorf("got %+v", c)
	}
	if c, err := configure(t, "", nil); err != nil || c.HTTP != Defaults().HTTP || c.Data != Defaults().Data {
		t.Errorf("without anything: %+v, %v", c, err)
	}
}

func TestWhatIsWrongIsNamedByItsKey(t *testing.T) {
	f := func(want, file string, variables map[string]string, flags ...string) {
		t.Helper()
		_, err := configure(t, file, variables, flags...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	f("configuration --retention: \"soon\" cannot be read", "", nil, "--retention", "soon")
	f("configuration LINGHANG_TRUST_PROXY: \"perhaps\" cannot be read", "", map[string]string{"LINGHANG_TRUST_PROXY": "perhaps"})
	f("key grace: \"now\" cannot be read", "grace: now\n", nil)
	f("there is no key \"htpp\"", "htpp: 127.0.0.1:1\n", nil)
	f("configuration http: \"8080\" is no host:port", "", nil, "--http", "8080")
	f("configuration mqtt-listen: \"1883\" is no host:port", "", nil, "--mqtt-listen", "1883")
	f("configuration mqtt-listen: it needs http", "", nil, "--mqtt-listen", ":1883", "--http", "off")
	f("configuration mqtt-tls-listen: it shows the certificate of tls-listen", "", nil, "--mqtt-tls-listen", ":8883")
	f("configuration public-url: ", "public-url: example.org\n", nil)
	f("configuration database-url: begins with postgres://", "", nil, "--database-url", "mysql://x")
	f("configuration nats-url: ", "", nil, "--nats-url", "localhost")
	f("configuration log-level: \"loud\"", "", nil, "--log-level", "loud")
	f("configuration log-format: \"xml\"", "", nil, "--log-format", "xml")
	f("configuration retention: 1h0m0s is shorter than a day", "", nil, "--retention", "1h")
	f("configuration export-alone: -1 is not between", "", nil, "--export-alone", "-1")
	f("configuration --export-alone: \"many\" cannot be read", "", nil, "--export-alone", "many")
	f("configuration grace: 0s", "", nil, "--grace", "0s")
	f("configuration data: name a directory", "", nil, "--data", "")
	f("read configuration", "", nil, "--config", "/nowhere/at/all.yaml")
	_, err := configure(t, "log-level: loud\nlog-format: xml\n", nil)
	if err == nil || strings.Count(err.Error(), "configuration log-") != 2 {
		t.Errorf("two faults are not told together: %v", err)
	}
}

// stage is a room without anything.
type stage struct{ kit *module.Kit }

func (stage) Manifest() module.Manifest {
	return module.Manifest{Name: "stage", Title: lang.Text{EN: "Stage"}}
}

func build(t *testing.T, cfg Config) error {
	t.Helper()
	rooms := func(k *Kernel) []module.Module { return []module.Module{stage{k.Kit("stage")}} }
	_, err := New(cfg, House{Rooms: rooms}, slog.New(slog.DiscardHandler))
	return err
}

func TestASectionOrARoomThatDoesNotExistIsRefused(t *testing.T) {
	c, err := configure(t, "stage: {lights: 3}\n", nil, "--run", "stage")
	if err != nil {
		t.Fatal(err)
	}
	if err := build(t, c); err != nil {
		t.Errorf("a room that is there: %v", err)
	}
	if c, err = configure(t, "stgae: {lights: 3}\n", nil); err != nil {
		t.Fatal(err)
	}
	if err := build(t, c); err == nil || !strings.Contains(err.Error(), `section "stgae"`) {
		t.Errorf("a misspelt section: %v", err)
	}
	if c, err = configure(t, "", nil, "--run", "stage,plna"); err != nil {
		t.Fatal(err)
	}
	if err := build(t, c); err == nil || !strings.Contains(err.Error(), `run: there is no room "plna"`) {
		t.Errorf("a misspelt room: %v", err)
	}
}

func TestPrintingTheConfigurationTellsNoSecret(t *testing.T) {
	c, err := configure(t, "", map[string]string{
		"LINGHANG_DATABASE_URL": "postgres://city:swordfish@db/linghang",
		"LINGHANG_NATS_URL":     "nats://city:swordfish@one:4222,nats://city:swordfish@two:4222",
	})
	if err != nil {
		t.Fatal(err)
	}
	text := c.Print()
	if strings.Contains(text, "swordfish") || !strings.Contains(text, "postgres://city:xxxxx@db/linghang") || !strings.Contains(text, "xxxxx@two:4222") {
		t.Errorf("got %s", text)
	}
	for _, s := range settings() {
		if !strings.Contains(text, "\n"+s.key+": ") {
			t.Errorf("%s is not printed", s.key)
		}
	}
}

// run executes the command line.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	rooms := func(k *Kernel) []module.Module { return []module.Module{stage{k.Kit("stage")}} }
	cmd := Command(House{Version: "test", Rooms: rooms})
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestCommandsForAnInstallationDoNotMakeOne(t *testing.T) {
	data := filepath.Join(t.TempDir(), "mistyped")
	for _, args := range [][]string{{"audit", "verify"}, {"doctor"}, {"user", "list"}, {"token", "list"}} {
		out, err := run(t, append(args, "--data", data)...)
		if err == nil || !strings.Contains(err.Error(), "data: there is no installation in") {
			t.Errorf("%v: %q, %v", args, out, err)
		}
		if _, err := os.Stat(data); err == nil {
			t.Fatalf("%v made %s", args, data)
		}
	}
}

func TestAuditVerifyFailsWhenARowIsGone(t *testing.T) {
	data := t.TempDir()
	k, err := New(Config{Data: data, HTTP: "off", Retention: 24 * time.Hour, Grace: time.Second}, House{Rooms: func(*Kernel) []module.Module { return nil }}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.OpenData(t.Context()); err != nil {
		t.Fatal(err)
	}
	tamper(t, k)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "audit", "verify", "--data", data, "--output", "json")
	if err == nil || !strings.Contains(err.Error(), "broken at entry 2") || !strings.Contains(out, `"broken_at": 2`) {
		t.Errorf("got %s, %v", out, err)
	}
}
