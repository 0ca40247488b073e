package sensor

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// UnitRecord is a unit in full, or the correction of a conversation.
type UnitRecord struct {
	ID         string         `json:"id" title:"编号|ID"`
	At         time.Time      `json:"at" title:"时间|Time"`
	Why        []string       `json:"why" nullable:"false" title:"原因|Why"`
	Client     string         `json:"client" title:"请求方|Client"`
	Server     string         `json:"server" title:"响应方|Server"`
	Port       int            `json:"port" title:"端口|Port"`
	Protocol   string         `json:"protocol" title:"协议|Protocol"`
	Function   string         `json:"function" title:"功能|Function"`
	Class      string         `json:"class" title:"类别|Class"`
	Unit       int64          `json:"unit" title:"单元|Unit"`
	FromClient bool           `json:"from_client" title:"由请求方发出|From the client"`
	Corrected  bool           `json:"corrected" doc:"Later evidence turned the conversation round" title:"方向已更正|Direction corrected"`
	Exception  string         `json:"exception" title:"异常应答|Exception"`
	Sent       batch.Record   `json:"sent" doc:"As the probe sent it, before any correction"`
	Objects    []batch.Object `json:"objects" nullable:"false"`
}

type recordParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Why      string `query:"why" enum:"write,control,program,config,error,first_seen,correction,around_alert"`
	Protocol string `query:"protocol" maxLength:"64"`
	Class    string `query:"class" maxLength:"64"`
	Client   string `query:"client" maxLength:"64" doc:"Address of who asks"`
	Server   string `query:"server" maxLength:"64" doc:"Address of who answers"`
	From     string `query:"from" maxLength:"40" doc:"A time as RFC 3339 has it"`
}

func (s store) records(ctx context.Context, in recordParams, from time.Time) (sqldb.Page[UnitRecord], error) {
	l := sqldb.List{
		Select: "r.id, r.at, r.why, r.client, r.server, r.port, r.protocol, r.function, r.class, r.unit, r.from_client, r.corrected, r.exception, r.what", From: "security_sensor_record r", Key: "r.id", Order: "-at",
		Sort:   map[string]string{"at": "r.at", "client": "r.client", "server": "r.server", "protocol": "r.protocol", "function": "r.function", "class": "r.class"},
		Search: []string{"r.client", "r.server", "r.function", "r.exception"},
	}
	l.Where("r.sensor_id = ?", in.ID).WhereIf("r.protocol = ?", in.Protocol).WhereIf("r.class = ?", in.Class).WhereIf("r.client = ?", in.Client).WhereIf("r.server = ?", in.Server)
	if in.Why != "" {
		l.Where("r.why LIKE ?", "% "+in.Why+" %")
	}
	if !from.IsZero() {
		l.Where("r.at >= ?", from.UnixMilli())
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x UnitRecord, err error) {
		var at int64
		var why, what string
		if err := r.Scan(&x.ID, &at, &why, &x.Client, &x.Server, &x.Port, &x.Protocol, &x.Function, &x.Class, &x.Unit, &x.FromClient, &x.Corrected, &x.Exception, &what); err != nil {
			return x, err
		}
		x.At, x.Why = sqldb.Time(at), strings.Fields(why)
		if err := json.Unmarshal([]byte(what), &x.Sent); err != nil {
			return x, fmt.Errorf("read a record: %w", err)
		}
		x.Objects = append([]batch.Object{}, x.Sent.Objects...)
		return x, nil
	})
}

// TalkPair is who speaks with whom for what kind of thing.
type TalkPair struct {
	ID       string    `json:"id" title:"编号|ID"`
	Client   string    `json:"client" title:"请求方|Client"`
	Server   string    `json:"server" title:"响应方|Server"`
	Protocol string    `json:"protocol" title:"协议|Protocol"`
	Port     int       `json:"port" title:"端口|Port"`
	Unit     int64     `json:"unit" title:"单元|Unit"`
	Class    string    `json:"class" title:"类别|Class"`
	FirstAt  time.Time `json:"first_at" title:"首次出现|First seen"`
	LastAt   time.Time `json:"last_at" title:"最近出现|Last seen"`
	Units    int64     `json:"units" title:"报文数|Units"`
}

type pairParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Class    string `query:"class" maxLength:"64"`
	Protocol string `query:"protocol" maxLength:"64"`
	Host     string `query:"host" maxLength:"64" doc:"Address of one of the two"`
}

func (s store) pairList(ctx context.Context, in pairParams) (sqldb.Page[TalkPair], error) {
	l := sqldb.List{
		Select: "p.id, p.client, p.server, p.protocol, p.port, p.unit, p.class, p.first_at, p.last_at, p.units", From: "security_sensor_pair p", Key: "p.id", Order: "-first_at",
		Sort:   map[string]string{"first_at": "p.first_at", "last_at": "p.last_at", "client": "p.client", "server": "p.server", "protocol": "p.protocol", "class": "p.class", "units": "p.units"},
		Search: []string{"p.client", "p.server"},
	}
	l.Where("p.sensor_id = ?", in.ID).WhereIf("p.class = ?", in.Class).WhereIf("p.protocol = ?", in.Protocol)
	if in.Host != "" {
		l.Where("p.client = ? OR p.server = ?", in.Host, in.Host)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x TalkPair, err error) {
		var first, last int64
		err = r.Scan(&x.ID, &x.Client, &x.Server, &x.Protocol, &x.Port, &x.Unit, &x.Class, &first, &last, &x.Units)
		x.FirstAt, x.LastAt = sqldb.Time(first), sqldb.Time(last)
		return x, err
	})
}

// talk returns all conversations of a sensor, of which mostPairs are kept.
func (s store) talk(ctx context.Context, sensor string) ([]talked, error) {
	rows, err := s.db.Query(ctx, `SELECT client, server, protocol, class, MIN(first_at), MAX(last_at), CAST(SUM(units) AS BIGINT) FROM security_sensor_pair
		WHERE sensor_id = $1 GROUP BY client, server, protocol, class`, sensor)
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x talked, err error) {
		var first, last int64
		err = r.Scan(&x.client, &x.server, &x.protocol, &x.class, &first, &last, &x.units)
		x.first, x.last = sqldb.Time(first), sqldb.Time(last)
		return x, err
	})
}

// DeviceFact is what a device said of itself.
type DeviceFact struct {
	ID      string    `json:"id" title:"编号|ID"`
	MAC     string    `json:"mac" title:"MAC 地址|MAC"`
	VLAN    int64     `json:"vlan" title:"VLAN"`
	Addr    string    `json:"addr" title:"IP 地址|IP"`
	Source  string    `json:"source" title:"来源|Source"`
	Unit    int64     `json:"unit" title:"单元|Unit"`
	Kind    string    `json:"kind" title:"事实|Fact"`
	Value   string    `json:"value" title:"值|Value"`
	FirstAt time.Time `json:"first_at" title:"首次出现|First seen"`
	LastAt  time.Time `json:"last_at" title:"最近出现|Last seen"`
	Times   int64     `json:"times" title:"次数|Times"`
}

const factColumns = "f.id, f.mac, f.vlan, f.addr, f.source, f.unit, f.kind, f.value, f.first_at, f.last_at, f.times"

func scanFact(r sqldb.Row) (x DeviceFact, err error) {
	var first, last int64
	err = r.Scan(&x.ID, &x.MAC, &x.VLAN, &x.Addr, &x.Source, &x.Unit, &x.Kind, &x.Value, &first, &last, &x.Times)
	x.FirstAt, x.LastAt = sqldb.Time(first), sqldb.Time(last)
	return x, err
}

type factParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Kind string `query:"kind" maxLength:"64"`
}

func (s store) factList(ctx context.Context, in factParams) (sqldb.Page[DeviceFact], error) {
	l := sqldb.List{
		Select: factColumns, From: "security_sensor_fact f", Key: "f.id", Order: "-last_at",
		Sort:   map[string]string{"first_at": "f.first_at", "last_at": "f.last_at", "mac": "f.mac", "addr": "f.addr", "kind": "f.kind", "value": "f.value", "source": "f.source"},
		Search: []string{"f.mac", "f.addr", "f.value"},
	}
	l.Where("f.sensor_id = ?", in.ID).WhereIf("f.kind = ?", in.Kind)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanFact)
}

// factsForAssets are the facts that assets are made of, the newest first.
func (s store) factsForAssets(ctx context.Context, sensor string) ([]DeviceFact, error) {
	rows, err := s.db.Query(ctx, `SELECT `+factColumns+` FROM security_sensor_fact f WHERE f.sensor_id = $1 ORDER BY f.last_at DESC, f.id LIMIT 20000`, sensor)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return sqldb.All(rows, scanFact)
}

// TrafficPoint is how much of something there was in a span of time.
type TrafficPoint struct {
	At         time.Time `json:"at"`
	Protocol   string    `json:"protocol"`
	Class      string    `json:"class"`
	Requests   int64     `json:"requests"`
	Responses  int64     `json:"responses"`
	Exceptions int64     `json:"exceptions"`
	Octets     int64     `json:"octets"`
}

// traffic sums aggregates into steps.
func (s store) traffic(ctx context.Context, sensor string, from, to time.Time, step time.Duration) ([]TrafficPoint, error) {
	rows, err := s.db.Query(ctx, `SELECT (a.at / $4) * $4, a.protocol, a.class, CAST(SUM(a.requests) AS BIGINT), CAST(SUM(a.responses) AS BIGINT), CAST(SUM(a.exceptions) AS BIGINT), CAST(SUM(a.octets) AS BIGINT)
		FROM security_sensor_aggregate a WHERE a.sensor_id = $1 AND a.at >= $2 AND a.at < $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT 20000`, sensor, from.UnixMilli(), to.UnixMilli(), step.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("read traffic: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (p TrafficPoint, err error) {
		var at int64
		err = r.Scan(&at, &p.Protocol, &p.Class, &p.Requests, &p.Responses, &p.Exceptions, &p.Octets)
		p.At = sqldb.Time(at)
		return p, err
	})
}

// BatchStream is how far a stream of a spool has come.
type BatchStream struct {
	Spool    string     `json:"spool"`
	Stream   string     `json:"stream"`
	Last     int64      `json:"last"`
	Received int64      `json:"received"`
	At       time.Time  `json:"at"`
	Gaps     []BatchGap `json:"gaps" nullable:"false" doc:"The newest first, 20 at most"`
}

// BatchGap are batches that are not here.
type BatchGap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func (s store) streams(ctx context.Context, sensor string) ([]BatchStream, error) {
	rows, err := s.db.Query(ctx, `SELECT spool, stream, last, received, at FROM security_sensor_stream WHERE sensor_id = $1 ORDER BY at DESC, stream LIMIT 20`, sensor)
	if err != nil {
		return nil, fmt.Errorf("read streams: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x BatchStream, err error) {
		var at int64
		err = r.Scan(&x.Spool, &x.Stream, &x.Last, &x.Received, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		x := &list[i]
		x.Gaps = []BatchGap{}
		if x.Last == x.Received {
			continue
		}
		if x.Gaps, err = s.gaps(ctx, sensor, x.Spool, x.Stream); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s store) gaps(ctx context.Context, sensor, spool, stream string) ([]BatchGap, error) {
	rows, err := s.db.Query(ctx, `SELECT before + 1, sequence - 1 FROM (
			SELECT sequence, LAG(sequence, 1, 0) OVER (ORDER BY sequence) AS before FROM security_sensor_batch WHERE sensor_id = $1 AND spool = $2 AND stream = $3
		) t WHERE sequence > before + 1 ORDER BY sequence DESC LIMIT 20`, sensor, spool, stream)
	if err != nil {
		return nil, fmt.Errorf("read gaps: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (g BatchGap, err error) {
		err = r.Scan(&g.From, &g.To)
		return g, err
	})
	return append([]BatchGap{}, list...), err
}

// ConsentSaid is what the enterprise said of what the city may see.
type ConsentSaid struct {
	Consent Consent   `json:"consent" enum:"asked,none,figures,detail"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
}

func (s store) consents(ctx context.Context, sensor string) ([]ConsentSaid, error) {
	rows, err := s.db.Query(ctx, `SELECT consent, at, actor_name FROM security_sensor_consent WHERE sensor_id = $1 ORDER BY at DESC, id DESC LIMIT 100`, sensor)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x ConsentSaid, err error) {
		var at int64
		err = r.Scan(&x.Consent, &at, &x.By)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]ConsentSaid{}, list...), err
}

// DetailLook is somebody of another organisation who looked at the detail.
type DetailLook struct {
	Key          string    `json:"key"`
	Day          string    `json:"day" title:"日期|Day"`
	Name         string    `json:"name" title:"查阅人|Who"`
	Organisation lang.Text `json:"organisation" title:"机构|Organisation"`
	What         string    `json:"what" enum:"records,pairs,facts,assets,logs,alerts,baselines,intelligence" title:"内容|What"`
	Times        int64     `json:"times" title:"次数|Times"`
	At           time.Time `json:"at" title:"最近一次|Last"`
}

type lookParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
}

func (s store) looks(ctx context.Context, in lookParams) (sqldb.Page[DetailLook], error) {
	l := sqldb.List{
		Select: "k.day || ' ' || k.actor || ' ' || k.what, k.day, k.actor_name, k.organisation_zh, k.organisation_en, k.what, k.times, k.at", From: "security_sensor_look k", Key: "k.day || ' ' || k.actor || ' ' || k.what", Order: "-at",
		Sort: map[string]string{"at": "k.at", "name": "k.actor_name", "what": "k.what", "times": "k.times"},
	}
	l.Where("k.sensor_id = ?", in.ID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x DetailLook, err error) {
		var at int64
		err = r.Scan(&x.Key, &x.Day, &x.Name, &x.Organisation.ZH, &x.Organisation.EN, &x.What, &x.Times, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
}
