package kernel

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
)

const (
	// lagLimit is how long events may wait in an outbox before somebody should look.
	lagLimit = time.Minute
	// Little and no room on the disk of the data directory.
	diskLow, diskFull = 1 << 30, 64 << 20
)

// addComponents registers what the kernel itself stands on.
func (k *Kernel) addComponents() {
	k.health.Add(health.Component{ID: "database", Title: lang.Text{ZH: "数据库", EN: "Databases"}, Vital: true, Check: k.checkDatabases})
	k.health.Add(health.Component{ID: "bus", Title: lang.Text{ZH: "事件总线", EN: "Event bus"}, Vital: true, Check: k.checkBus})
	k.health.Add(health.Component{ID: "clock", Title: lang.Text{ZH: "时钟", EN: "Clock"}, Vital: true, Check: k.clock.check})
	k.health.Add(health.Component{ID: "outbox", Title: lang.Text{ZH: "待发事件", EN: "Outboxes"}, Check: k.checkOutboxes})
	k.health.Add(health.Component{ID: "letters", Title: lang.Text{ZH: "死信", EN: "Dead letters"}, Check: k.checkLetters})
	k.health.Add(health.Component{ID: "jobs", Title: lang.Text{ZH: "任务", EN: "Jobs"}, Check: k.checkJobs})
	if k.cfg.SeriesURL != "" {
		k.health.Add(health.Component{ID: "series", Title: lang.Text{ZH: "时序库", EN: "Time-series store"}, Check: k.checkSeries})
	}
	k.health.Add(health.Component{ID: "blobs", Title: lang.Text{ZH: "文件存储", EN: "File store"}, Check: k.checkShelf})
	k.health.Add(health.Component{ID: "disk", Title: lang.Text{ZH: "磁盘空间", EN: "Disk"}, Check: k.checkDisk})
	if k.cfg.OTLPURL != "" {
		k.health.Add(health.Component{ID: "traces", Title: lang.Text{ZH: "链路追踪", EN: "Traces"}, Check: k.checkTraces})
	}
	if k.cfg.TLS.Listen != "" {
		k.health.Add(health.Component{ID: "certificate.tls-listen", Title: lang.Text{ZH: "TLS 端口的证书", EN: "Certificate of the TLS port"}, Check: k.secure.check})
	}
	if k.cfg.MQTT.Listen != "" || k.cfg.MQTT.TLSListen != "" {
		k.health.Add(health.Component{ID: "mqtt", Title: lang.Text{ZH: "MQTT 接入", EN: "MQTT"}, Check: k.broker.Health})
	}
	for _, x := range k.secureAddresses() {
		k.health.Add(health.Component{ID: "certificate." + x.key, Title: lang.Text{ZH: "证书 " + x.host, EN: "Certificate of " + x.host}, Check: k.seals.check(x.host)})
	}
	for _, r := range k.rooms {
		title := r.manifest.Title
		k.health.Add(health.Component{
			ID: loopOf(r.manifest.Name), Title: lang.Text{ZH: title.ZH + "的后台任务", EN: title.EN + ": background loops"},
		})
	}
}

// loopOf names the component of a room's loops.
func loopOf(room string) string { return room + ".loops" }

func loopFailed(err error) health.Finding {
	return health.Failed(err, lang.Text{ZH: "程序会自动重试；若持续失败，请将日志交给运维人员", EN: "It is restarted by itself; if it goes on failing, give the log to the operator"})
}

func (k *Kernel) checkDatabases(ctx context.Context) health.Finding {
	for _, db := range k.sql.DBs() {
		if err := db.Ping(ctx); err != nil {
			return health.Failed(fmt.Errorf("database of %s: %w", db.Room(), err), lang.Text{
				ZH: "检查数据库服务是否运行、网络是否通畅；恢复后程序自动重连", EN: "See that the database server runs and can be reached; the program reconnects by itself",
			})
		}
	}
	return health.Finding{}
}

func (k *Kernel) checkBus(ctx context.Context) health.Finding {
	mend := lang.Text{
		ZH: "检查 NATS 节点是否运行（三个节点中至少要有两个）；恢复后程序自动重连", EN: "See that the NATS nodes run (two of three at least); the program reconnects by itself",
	}
	if k.bus == nil {
		return health.Finding{State: health.Down, Note: lang.Text{ZH: "尚未打开", EN: "not open yet"}, Mend: mend}
	}
	if err := k.bus.Ready(ctx); err != nil {
		return health.Failed(err, mend)
	}
	return health.Finding{}
}

func (k *Kernel) checkShelf(ctx context.Context) health.Finding {
	if err := k.shelf.Check(ctx); err != nil {
		return health.Failed(err, lang.Text{
			ZH: "检查对象存储服务、桶和密钥（blobs-url）；恢复之前不能上传和下载文件", EN: "See that the object store answers, and its bucket and keys (blobs-url); files can be neither sent nor read until then",
		})
	}
	return health.Finding{}
}

func (k *Kernel) checkOutboxes(ctx context.Context) health.Finding {
	total, oldest := 0, time.Duration(0)
	var late []string
	for _, db := range k.sql.DBs() {
		n, age, err := db.OutboxLag(ctx)
		if err != nil {
			return health.Failed(err, lang.Text{})
		}
		if total, oldest = total+n, max(oldest, age); age > lagLimit {
			late = append(late, db.Room())
		}
	}
	f := health.Finding{Note: lang.Text{
		ZH: fmt.Sprintf("待发 %d 条，最早的已等待 %d 秒", total, int(oldest.Seconds())), EN: fmt.Sprintf("%d events wait, the oldest for %d s", total, int(oldest.Seconds())),
	}}
	if len(late) > 0 {
		f.State = health.Degraded
		f.Mend = lang.Text{ZH: "事件总线恢复后会自动补发；涉及：" + strings.Join(late, "、"), EN: "They are sent once the bus answers; rooms: " + strings.Join(late, ", ")}
	}
	return f
}

func (k *Kernel) checkLetters(ctx context.Context) health.Finding {
	waiting, dead, err := k.letters.Counts(ctx)
	if err != nil {
		return health.Failed(err, lang.Text{})
	}
	f := health.Finding{Note: lang.Text{
		ZH: fmt.Sprintf("%d 条正在重试，%d 条待处置", waiting, dead), EN: fmt.Sprintf("%d are tried again, %d wait for a decision", waiting, dead),
	}}
	if dead > 0 {
		f.State = health.Degraded
		f.Mend = lang.Text{ZH: "到“运行维护 › 死信”查看原因，重放或丢弃", EN: "Open Operation › Dead letters, read why, replay or discard"}
	}
	return f
}

func (k *Kernel) checkJobs(ctx context.Context) health.Finding {
	waiting, running, failed, err := k.desk.Counts(ctx)
	if err != nil {
		return health.Failed(err, lang.Text{})
	}
	f := health.Finding{Note: lang.Text{
		ZH: fmt.Sprintf("%d 项等待，%d 项运行中，一天内 %d 项失败", waiting, running, failed), EN: fmt.Sprintf("%d wait, %d run, %d failed within a day", waiting, running, failed),
	}}
	if failed > 0 {
		f.State = health.Degraded
		f.Mend = lang.Text{ZH: "到“运行维护 › 任务”查看原因", EN: "Open Operation › Jobs and read why"}
	}
	return f
}

func (k *Kernel) checkTraces(context.Context) health.Finding {
	if err := k.tracer.Failing(); err != nil {
		f := health.Failed(err, lang.Text{
			ZH: "检查 otlp-url 所指的接收端；在此期间的链路数据会丢失，业务不受影响", EN: "See that the receiver named by otlp-url runs; spans are lost until it does, nothing else is",
		})
		f.State = health.Degraded
		return f
	}
	return health.Finding{}
}

// checkSeries says whether the store elsewhere takes samples. Reports are in
// the ledger meanwhile, so nothing is lost and nobody is refused.
func (k *Kernel) checkSeries(context.Context) health.Finding {
	since, err := k.series.Away()
	if err == nil {
		return health.Finding{}
	}
	f := health.Failed(fmt.Errorf("for %s: %w", time.Since(since).Round(time.Second), err), lang.Text{
		ZH: "检查 series-url 所指的时序库；恢复后自动补写，期间上报照常接收", EN: "See that the store named by series-url runs; what waits is written once it does, and reports are taken meanwhile",
	})
	f.State = health.Degraded
	return f
}

// checkDisk says how much room the data directory has left.
func (k *Kernel) checkDisk(context.Context) health.Finding {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(k.cfg.Data, &fs); err != nil {
		return health.Failed(fmt.Errorf("look at the disk of %s: %w", k.cfg.Data, err), lang.Text{})
	}
	free := fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block has a positive size
	f := health.Finding{Note: lang.Text{ZH: fmt.Sprintf("剩余 %.1f GB", float64(free)/1e9), EN: fmt.Sprintf("%.1f GB free", float64(free)/1e9)}}
	switch {
	case free < diskFull:
		f.State = health.Down
	case free < diskLow:
		f.State = health.Degraded
	default:
		return f
	}
	f.Mend = lang.Text{ZH: "清理或扩容数据目录所在的磁盘；有空间后自动恢复", EN: "Free or add space on the disk of the data directory; work goes on by itself once there is room"}
	return f
}
