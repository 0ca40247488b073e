package machine

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The kinds of notices of the room.
const (
	noticeEnding = "machine.certificate.ending"
	noticeEnded  = "machine.certificate.ended"
)

// watch tells an organisation of machines that do not renew: when half of the
// time between when renewal was due and the end is over, and when it ended.
func (m *Room) watch(ctx context.Context) error {
	now := m.now()
	left := time.Duration(m.settings.Validity) / 6
	if err := m.tell(ctx, noticeEnding, now.Add(left), func(x Machine) notice.Notice {
		until := x.NotAfter.Local().Format("2006-01-02 15:04")
		return notice.Notice{
			Title: lang.Text{ZH: "机器证书即将到期且未续期：" + x.Name, EN: "A machine's certificate ends and was not renewed: " + x.Name},
			Body: lang.Text{
				ZH: fmt.Sprintf("证书有效至 %s，本应在 %s 自动续期。请检查机器是否在线、续期程序是否在运行。", until, x.RenewAt.Local().Format("2006-01-02 15:04")),
				EN: fmt.Sprintf("It is good until %s and should have renewed itself at %s. See whether the machine is on line and its renewal runs.", until, x.RenewAt.Local().Format("2006-01-02 15:04")),
			},
		}
	}); err != nil {
		return err
	}
	return m.tell(ctx, noticeEnded, now, func(x Machine) notice.Notice {
		until := x.NotAfter.Add(m.grace()).Local().Format("2006-01-02 15:04")
		return notice.Notice{
			Title: lang.Text{ZH: "机器证书已过期：" + x.Name, EN: "A machine's certificate has ended: " + x.Name},
			Body: lang.Text{
				ZH: fmt.Sprintf("机器不能再报送数据。%s 之前它仍可自行续期，之后须用新的登记令牌重新登记。", until),
				EN: fmt.Sprintf("The machine can send nothing any more. Until %s it can still renew itself; after that it enrols again with a new token.", until),
			},
		}
	})
}

func (m *Room) tell(ctx context.Context, kind string, before time.Time, say func(Machine) notice.Notice) error {
	list, err := m.machines.ending(ctx, kind, before, m.now(), m.grace())
	if err != nil {
		return err
	}
	for _, x := range list {
		n := say(x)
		n.Kind, n.Link, n.Key = kind, "/machines?open="+x.ID, kind+" "+x.Serial
		n.To = notice.Audience{Organisation: x.OrganisationID, Permission: "machine.enrol"}
		err := m.machines.told(ctx, x, kind, func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, n) })
		if err != nil {
			return err
		}
		m.changed(x)
	}
	return nil
}
