package sensor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// LogEntry is what another sensor of the enterprise wrote.
type LogEntry struct {
	ID       string           `json:"id" title:"编号|ID"`
	At       time.Time        `json:"at" title:"时间|Time"`
	Feed     string           `json:"feed" title:"文件|File"`
	Format   string           `json:"format" enum:"eve,syslog,zeek,wazuh,windows" title:"格式|Format"`
	Kind     string           `json:"kind" title:"类型|Kind"`
	Code     string           `json:"code" doc:"Signature, rule or event ID" title:"规则|Rule"`
	Severity string           `json:"severity" enum:"high,medium,low,info" title:"严重程度|Severity"`
	Title    string           `json:"title" title:"标题|Title"`
	Detail   string           `json:"detail" title:"分类|Category"`
	Host     string           `json:"host" title:"主机|Host"`
	Client   string           `json:"client" title:"请求方|Client"`
	Server   string           `json:"server" title:"响应方|Server"`
	Port     int64            `json:"port" title:"端口|Port"`
	Protocol string           `json:"protocol" title:"协议|Protocol"`
	Digest   string           `json:"digest" doc:"SHA-256 of the original line without its end" title:"原文摘要|Digest"`
	Position int64            `json:"position" doc:"Octets before it in the file" title:"原文位置|Position"`
	Size     int64            `json:"size" doc:"Octets of it" title:"原文长度|Size"`
	Again    int64            `json:"again" doc:"How often the same was written once more within the seconds that followed" title:"重复次数|Again"`
	Until    *time.Time       `json:"until,omitempty" doc:"When last" title:"最后时间|Until"`
	Fields   []batch.LogField `json:"fields" nullable:"false" doc:"What a transaction says (DNS, TLS, HTTP, files), by the names that its writer has" title:"内容|Fields"`
}

// written are fields as the database has them.
func written(list []batch.LogField) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("write what a log says: %w", err)
	}
	return string(text), nil
}

// untilOf is when the same was written last, as the database has it: 0 if it was written once.
func untilOf(l *batch.Log) int64 {
	if l.Again == 0 {
		return 0
	}
	return l.Until.UnixMilli()
}

// LogFeed is how far a file of logs was read, and what its lines were.
type LogFeed struct {
	Name     string    `json:"name"`
	Format   string    `json:"format" enum:"eve,syslog,zeek,wazuh,windows"`
	Position int64     `json:"position" doc:"Octets of the file that were read"`
	Lines    int64     `json:"lines"`
	Told     int64     `json:"told" doc:"Lines that are here; the others were counted"`
	Unread   int64     `json:"unread" doc:"Lines that were not understood"`
	Long     int64     `json:"long" doc:"Lines that were too long"`
	Dropped  int64     `json:"dropped" doc:"Packets that the writer says it lost"`
	Gone     int64     `json:"gone" doc:"Times that the file went or was cut before it was read to its end"`
	Repeated int64     `json:"repeated" doc:"Transactions that said what others had said just before them; they are counted only"`
	Limited  int64     `json:"limited" doc:"Transactions that were more than the probe tells; they are counted only"`
	At       time.Time `json:"at"`
}

// severities are in the order in which they are sorted: the gravest is the greatest.
func severities() []string { return []string{"info", "low", "medium", "high"} }

func insertLogs(ctx context.Context, tx *sqldb.Tx, sensor string, a arrival) error {
	rows := make([][]any, 0, len(a.Logs))
	for i := range a.Logs {
		l := &a.Logs[i]
		fields, err := written(l.Fields)
		if err != nil {
			return err
		}
		rows = append(rows, []any{
			ulid.Make().String(), sensor, a.Spool, a.Sequence, i, l.At.UnixMilli(), l.Feed, l.Format, l.Kind, l.Code, int64(slices.Index(severities(), l.Severity)), l.Title, l.Detail, l.Host,
			l.Client, l.Server, int64(l.Port), l.Protocol, l.Digest, l.Offset, l.Size, fields, int64(l.Again), untilOf(l), //nolint:gosec // bounded by the reader
		})
	}
	err := insertRows(ctx, tx, `INSERT INTO security_sensor_log (id, sensor_id, spool, sequence, item, at, feed, format, kind, code, severity, title, detail, host, client, server, port, protocol, digest, position, size, fields, again, until) VALUES `, ``, 24, rows)
	if err != nil {
		return err
	}
	for _, f := range a.Feeds {
		// A batch that comes late says what was before.
		_, err := tx.Exec(ctx, `INSERT INTO security_sensor_feed (sensor_id, name, spool, sequence, format, position, lines, told, unread, too_long, dropped, gone, at, repeated, limited) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			ON CONFLICT (sensor_id, name) DO UPDATE SET spool = excluded.spool, sequence = excluded.sequence, format = excluded.format, position = excluded.position, lines = excluded.lines, told = excluded.told, unread = excluded.unread,
				too_long = excluded.too_long, dropped = excluded.dropped, gone = excluded.gone, at = excluded.at, repeated = excluded.repeated, limited = excluded.limited
			WHERE security_sensor_feed.spool <> excluded.spool OR security_sensor_feed.sequence < excluded.sequence`,
			sensor, f.Name, a.Spool, a.Sequence, f.Format, f.Offset, int64(f.Lines), int64(f.Told), int64(f.Unread), int64(f.Long), int64(f.Dropped), int64(f.Gone), a.at.UnixMilli(), int64(f.Repeated), int64(f.Limited)) //nolint:gosec // bounded by the reader
		if err != nil {
			return fmt.Errorf("note how far logs were read: %w", err)
		}
	}
	return nil
}

type logParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Severity string `query:"severity" enum:"high,medium,low,info" doc:"This one or graver"`
	Format   string `query:"format" enum:"eve,syslog,zeek,wazuh,windows"`
	Code     string `query:"code" maxLength:"64" doc:"Signature, rule or event ID"`
	Host     string `query:"host" maxLength:"256" doc:"Name or address of one that it is about"`
}

func (s store) logs(ctx context.Context, in logParams) (sqldb.Page[LogEntry], error) {
	l := sqldb.List{
		Select: "g.id, g.at, g.feed, g.format, g.kind, g.code, g.severity, g.title, g.detail, g.host, g.client, g.server, g.port, g.protocol, g.digest, g.position, g.size, g.fields, g.again, g.until", From: "security_sensor_log g", Key: "g.id", Order: "-at",
		Sort:   map[string]string{"at": "g.at", "severity": "g.severity", "format": "g.format", "code": "g.code", "title": "g.title", "host": "g.host"},
		Search: []string{"g.title", "g.detail", "g.host", "g.code", "g.fields"},
	}
	l.Where("g.sensor_id = ?", in.ID).WhereIf("g.format = ?", in.Format).WhereIf("g.code = ?", in.Code)
	if in.Severity != "" {
		l.Where("g.severity >= ?", slices.Index(severities(), in.Severity))
	}
	if in.Host != "" {
		l.Where("g.host = ? OR g.client = ? OR g.server = ?", in.Host, in.Host, in.Host)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x LogEntry, err error) {
		var at, severity, until int64
		var fields string
		err = r.Scan(&x.ID, &at, &x.Feed, &x.Format, &x.Kind, &x.Code, &severity, &x.Title, &x.Detail, &x.Host, &x.Client, &x.Server, &x.Port, &x.Protocol, &x.Digest, &x.Position, &x.Size, &fields, &x.Again, &until)
		x.At, x.Fields = sqldb.Time(at), []batch.LogField{}
		if last := sqldb.Time(until); x.Again > 0 {
			x.Until = &last
		}
		if fields != "" && err == nil {
			err = json.Unmarshal([]byte(fields), &x.Fields)
		}
		if list := severities(); severity >= 0 && severity < int64(len(list)) {
			x.Severity = list[severity]
		}
		return x, err
	})
}

func (s store) feeds(ctx context.Context, sensor string) ([]LogFeed, error) {
	rows, err := s.db.Query(ctx, `SELECT name, format, position, lines, told, unread, too_long, dropped, gone, at, repeated, limited FROM security_sensor_feed WHERE sensor_id = $1 ORDER BY name LIMIT 100`, sensor)
	if err != nil {
		return nil, fmt.Errorf("read how far logs were read: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x LogFeed, err error) {
		var at int64
		err = r.Scan(&x.Name, &x.Format, &x.Position, &x.Lines, &x.Told, &x.Unread, &x.Long, &x.Dropped, &x.Gone, &at, &x.Repeated, &x.Limited)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]LogFeed{}, list...), err
}
