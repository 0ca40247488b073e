package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/bus"
	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// How far off is worth a word, and how far is wrong.
const (
	clockOff, clockWrong   = 2 * time.Second, 30 * time.Second
	answerSlow, answerLate = 50 * time.Millisecond, time.Second
	syncSlow, syncLate     = 50 * time.Millisecond, time.Second
	backupOld              = 48 * time.Hour
)

// diagnosis is what one check of the doctor found.
type diagnosis struct {
	Check string       `json:"check"`
	Title lang.Text    `json:"title"`
	State health.State `json:"state"`
	Note  lang.Text    `json:"note"`
	Mend  lang.Text    `json:"mend"`
}

// doctor gathers diagnoses.
type doctor struct {
	k    *Kernel
	list []diagnosis
}

func (d *doctor) add(check string, title lang.Text, f health.Finding) {
	if f.State == "" {
		f.State = health.Good
	}
	d.list = append(d.list, diagnosis{check, title, f.State, f.Note, f.Mend})
}

// same is one text in both languages: figures and names.
func same(format string, args ...any) lang.Text {
	text := fmt.Sprintf(format, args...)
	return lang.Text{ZH: text, EN: text}
}

func (c commands) doctor() *cobra.Command {
	var language string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check an installation, beside a serving process, and say how to mend what is wrong", Args: cobra.NoArgs,
		Long: `Check an installation and say how to mend what is wrong: ports, disk, clock, keys, databases, engines,
certificates, configuration, audit chain, events that wait, backups. It runs beside a serving process, changes
nothing but a probe file that it removes, and ends with code 1 when something does not work.`,
		Example: "  linghang doctor --data /var/lib/linghang\n  linghang doctor --language zh\n  linghang doctor --output json",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			k, err := c.build(cmd)
			if err != nil {
				return err
			}
			if err := k.cfg.installed(); err != nil {
				return usageError{err}
			}
			defer func() { err = errors.Join(err, k.Close()) }()
			d := &doctor{k: k}
			d.examine(cmd.Context())
			return d.report(cmd, language)
		},
	}
	cmd.Flags().StringVar(&language, "language", languageOf(os.LookupEnv), "zh or en")
	return cmd
}

// languageOf is the language that the terminal is set to.
func languageOf(lookup func(string) (string, bool)) string {
	for _, key := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := lookup(key); ok && v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}

func (d *doctor) report(cmd *cobra.Command, language string) error {
	if language != "zh" && language != "en" {
		return usageError{fmt.Errorf("--language is zh or en, not %q", language)}
	}
	in := func(t lang.Text) string {
		if language == "zh" {
			return t.ZH
		}
		return t.EN
	}
	marks := map[health.State]string{health.Good: "ok  ", health.Degraded: "WARN", health.Down: "BAD "}
	bad := 0
	err := show(cmd, d.list, func(w io.Writer) {
		for _, x := range d.list {
			_, _ = fmt.Fprintf(w, "%s %s: %s\n", marks[x.State], in(x.Title), in(x.Note))
			if mend := in(x.Mend); mend != "" && x.State != health.Good {
				_, _ = fmt.Fprintf(w, "     → %s\n", mend)
			}
		}
	})
	for _, x := range d.list {
		if x.State == health.Down {
			bad++
		}
	}
	if bad > 0 {
		return errors.Join(err, fmt.Errorf("%d of %d checks failed", bad, len(d.list)))
	}
	return err
}

// examine looks at everything; what stands on a thing that does not work is left out.
func (d *doctor) examine(ctx context.Context) {
	k := d.k
	d.checkConfiguration()
	d.checkServing(ctx)
	d.checkData()
	d.add("disk", lang.Text{ZH: "磁盘空间", EN: "Disk"}, k.checkDisk(ctx))
	d.checkCertificates(ctx)
	d.checkCluster(ctx)
	shelf := k.checkShelf(ctx)
	if shelf.Note == (lang.Text{}) {
		shelf.Note = lang.Text{ZH: "可以访问", EN: "can be reached"}
	}
	d.add("blobs", lang.Text{ZH: "文件存储", EN: "File store"}, shelf)
	if err := k.OpenData(ctx); err != nil {
		d.add("database", lang.Text{ZH: "数据库", EN: "Databases"}, health.Failed(err, lang.Text{
			ZH: "检查 database-url、数据库服务、主密钥文件和数据目录的权限；修复后再次运行本命令", EN: "See database-url, the database server, the master key file and who owns the data directory; then run this again",
		}))
		return
	}
	d.checkKeys()
	d.add("authority", lang.Text{ZH: "城市证书机构", EN: "City certificate authority"}, k.machines.CheckAuthority(ctx))
	d.checkSecured(ctx)
	d.checkEngines(ctx)
	d.add("outbox", lang.Text{ZH: "待发事件", EN: "Outboxes"}, k.checkOutboxes(ctx))
	d.checkRecords(ctx)
	d.checkBackup(ctx)
}

// checkData looks at who can read the data directory, and how long a sync takes.
func (d *doctor) checkData() {
	title := lang.Text{ZH: "数据目录", EN: "Data directory"}
	dir := d.k.cfg.Data
	info, err := os.Stat(dir)
	if err != nil {
		d.add("data", title, health.Failed(err, lang.Text{ZH: "创建该目录，或改正配置 data", EN: "Make the directory, or mend the configuration data"}))
		return
	}
	took, err := syncTime(dir)
	switch {
	case err != nil:
		d.add("data", title, health.Failed(err, lang.Text{ZH: "将该目录交给运行本程序的用户：chown -R", EN: "Give the directory to the user that runs the program: chown -R"}))
		return
	case info.Mode().Perm()&0o077 != 0:
		d.add("data", title, health.Finding{
			State: health.Degraded, Note: lang.Text{ZH: dir + " 可被本机其他用户读取", EN: dir + " can be read by other users of this machine"},
			Mend: same("chmod 700 %s", dir),
		})
	default:
		d.add("data", title, health.Finding{Note: lang.Text{ZH: dir + " 可写，且仅本用户可读", EN: dir + " can be written, and read by its user only"}})
	}
	f := health.Finding{Note: lang.Text{ZH: fmt.Sprintf("每次同步约 %s", round(took)), EN: fmt.Sprintf("a sync takes about %s", round(took))}}
	if took > syncSlow {
		f.State = worse(took > syncLate)
		f.Mend = lang.Text{ZH: "将数据目录放到本地固态盘；网络盘不合适", EN: "Put the data directory on a local solid-state disk; network disks do not do"}
	}
	d.add("sync", lang.Text{ZH: "写盘速度", EN: "Durable writes"}, f)
}

// syncTime is the middle of several small durable writes.
func syncTime(dir string) (middle time.Duration, err error) {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return 0, fmt.Errorf("write to the data directory: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	var took []time.Duration
	for range 7 {
		start := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, fmt.Errorf("write to the data directory: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("sync the data directory: %w", err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

func round(t time.Duration) time.Duration {
	if t > 10*time.Millisecond {
		return t.Round(time.Millisecond)
	}
	return t.Round(10 * time.Microsecond)
}

func worse(much bool) health.State {
	if much {
		return health.Down
	}
	return health.Degraded
}

// checkCluster looks at the external bus; the embedded one belongs to the
// serving process, which speaks for it.
func (d *doctor) checkCluster(ctx context.Context) {
	if d.k.cfg.NATSURL == "" {
		return
	}
	title := lang.Text{ZH: "事件总线", EN: "Event bus"}
	facts, err := bus.Probe(ctx, d.k.cfg.NATSURL)
	if err != nil {
		d.add("bus", title, health.Failed(err, lang.Text{ZH: "检查 NATS 节点（三个中至少要有两个）、nats-url 及其账号", EN: "See the NATS nodes (two of three at least), nats-url and its account"}))
		return
	}
	f := health.Finding{Note: same("NATS %s, %d, %s", facts.Version, facts.Nodes, round(facts.Latency))}
	if facts.Latency > answerSlow {
		f.State, f.Mend = worse(facts.Latency > answerLate), slowMend()
	}
	d.add("bus", title, f)
	d.add("bus.clock", lang.Text{ZH: "总线时钟", EN: "Clock of the bus"}, clockFinding(facts.Ahead))
}

func slowMend() lang.Text {
	return lang.Text{ZH: "将其放到同一机房或同一网段，并检查其负载", EN: "Bring it into the same network, and look at its load"}
}

func clockFinding(ahead time.Duration) health.Finding {
	f := health.Finding{Note: lang.Text{ZH: fmt.Sprintf("相差 %s", ahead.Round(time.Millisecond)), EN: fmt.Sprintf("%s apart", ahead.Round(time.Millisecond))}}
	if ahead.Abs() > clockOff {
		f.State = worse(ahead.Abs() > clockWrong)
		f.Mend = lang.Text{ZH: "在各机器上启用时间同步（chrony 或 systemd-timesyncd）", EN: "Let all machines keep time (chrony or systemd-timesyncd)"}
	}
	return f
}

// checkEngines looks at each room's database.
func (d *doctor) checkEngines(ctx context.Context) {
	var slowest, ahead time.Duration
	facts, failed := sqldb.Facts{}, false
	for _, db := range d.k.sql.DBs() {
		title := lang.Text{ZH: "数据库 " + db.Room(), EN: "Database " + db.Room()}
		f, err := db.Facts(ctx)
		if err = errors.Join(err, db.Check(ctx)); err != nil {
			failed = true
			d.add("database."+db.Room(), title, health.Failed(err, lang.Text{ZH: "从备份恢复：linghang restore；先保留损坏的文件", EN: "Restore a backup with linghang restore; keep the damaged files first"}))
			continue
		}
		facts, slowest = f, max(slowest, f.Latency)
		if f.Ahead.Abs() > ahead.Abs() {
			ahead = f.Ahead
		}
	}
	f := health.Finding{Note: lang.Text{
		ZH: fmt.Sprintf("%s %s，编码 %s，应答 %s，完整", d.k.sql.Dialect(), facts.Version, facts.Encoding, round(slowest)),
		EN: fmt.Sprintf("%s %s, encoding %s, answers in %s, sound", d.k.sql.Dialect(), facts.Version, facts.Encoding, round(slowest)),
	}}
	switch {
	case failed:
		return
	case !strings.EqualFold(strings.ReplaceAll(facts.Encoding, "-", ""), "utf8"):
		f.State = health.Down
		f.Mend = lang.Text{ZH: "用 UTF8 编码重建数据库：createdb -E UTF8", EN: "Make the database anew with the encoding UTF8: createdb -E UTF8"}
	case slowest > answerSlow:
		f.State, f.Mend = worse(slowest > answerLate), slowMend()
	}
	d.add("database", lang.Text{ZH: "数据库", EN: "Databases"}, f)
	d.add("database.clock", lang.Text{ZH: "数据库时钟", EN: "Clock of the database"}, clockFinding(ahead))
}

func (d *doctor) checkKeys() {
	file := d.k.ring.File()
	f := health.Finding{Note: lang.Text{ZH: file + " 与数据库相符", EN: file + " is the database's"}}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		f.State, f.Mend = health.Degraded, same("chmod 600 %s", file)
	}
	d.add("keys", lang.Text{ZH: "主密钥", EN: "Master key"}, f)
}

// checkRecords walks the audit chain, and looks whether the clock went back.
func (d *doctor) checkRecords(ctx context.Context) {
	title := lang.Text{ZH: "审计日志", EN: "Audit log"}
	v, err := d.k.audit.Verify(ctx)
	if err = errors.Join(err, v.Err()); err != nil {
		d.add("audit", title, health.Failed(err, lang.Text{
			ZH: "有人改动过审计记录：保留现场，报告安全管理员，与最近的备份比对", EN: "Somebody altered records: keep everything as it is, tell the security administrator, compare with the last backup",
		}))
	} else {
		d.add("audit", title, health.Finding{Note: lang.Text{ZH: fmt.Sprintf("%d 条，链条完整", v.Count), EN: fmt.Sprintf("%d entries, the chain holds", v.Count)}})
	}
	if newest, err := d.k.newestRecord(ctx); err == nil && !newest.IsZero() {
		ahead := time.Until(newest)
		f := health.Finding{Note: lang.Text{ZH: "没有来自未来的记录", EN: "no record is of the future"}}
		if ahead > clockOff {
			f = clockFinding(ahead)
			f.Note = lang.Text{ZH: fmt.Sprintf("最新记录比现在晚 %s：时钟曾被回拨", ahead.Round(time.Second)), EN: fmt.Sprintf("the newest record is %s ahead: the clock went back", ahead.Round(time.Second))}
		}
		d.add("clock", lang.Text{ZH: "本机时钟", EN: "Clock of this machine"}, f)
	}
	done, err := d.k.directory.IsSetUp(ctx)
	switch {
	case err != nil:
		d.add("set-up", lang.Text{ZH: "初始化", EN: "Set-up"}, health.Failed(err, lang.Text{}))
	case !done:
		d.add("set-up", lang.Text{ZH: "初始化", EN: "Set-up"}, health.Finding{
			State: health.Degraded, Note: lang.Text{ZH: "尚未初始化", EN: "the city is not set up yet"},
			Mend: lang.Text{ZH: "打开 linghang serve 打印的一次性链接", EN: "Open the one-time link that linghang serve prints"},
		})
	}
}

func (d *doctor) checkBackup(ctx context.Context) {
	d.add("backup", lang.Text{ZH: "备份", EN: "Backup"}, d.k.checkBackup(ctx))
}

// checkBackup says when the last backup was made.
func (k *Kernel) checkBackup(ctx context.Context) health.Finding {
	b, found, err := k.lastBackup(ctx)
	mend := lang.Text{ZH: "每天运行 linghang backup，并定期试恢复一次", EN: "Run linghang backup every day, and try a restore now and then"}
	switch {
	case err != nil:
		return health.Failed(err, lang.Text{})
	case !found:
		return health.Finding{State: health.Degraded, Note: lang.Text{ZH: "从未备份", EN: "there was never one"}, Mend: mend}
	}
	at := b.At.Local().Format("2006-01-02 15:04")
	f := health.Finding{Note: lang.Text{ZH: "最近一次：" + at, EN: "the last one: " + at}}
	if time.Since(b.At) > backupOld {
		f.State, f.Mend = health.Degraded, mend
	}
	return f
}
