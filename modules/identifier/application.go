package identifier

import (
	"net/netip"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Application is something that uses identifiers of a node, as the tables 5 and 10
// have it.
type Application struct {
	ID               string    `json:"id"`
	NodeID           string    `json:"node_id"`
	Name             string    `json:"name" title:"应用名称|Name"`
	Kind             int64     `json:"kind" title:"应用类型（1应用 2小程序 3网站 4电脑软件 5其他）|Kind (1 app, 2 mini program, 3 web, 4 PC, 5 other)"`
	Introduction     string    `json:"introduction" title:"应用简介|Introduction"`
	Users            int64     `json:"users" title:"用户数|Users"`
	RecursiveAddress string    `json:"recursive_address" title:"所用递归节点IP|IP of its recursive node"`
	RecursivePort    int64     `json:"recursive_port" title:"递归节点端口|Port"`
	Developer        string    `json:"developer" title:"开发单位|Developer"`
	CreatedAt        time.Time `json:"created_at"`
	Version          int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (a Application) ETag() int64 { return a.Version }

// check refuses an application that cannot be, naming every fault.
func (a Application) check() error {
	f := fault.New(fault.Invalid, "identifier.application.invalid", "the application is incomplete or wrong")
	if strings.TrimSpace(a.Name) == "" {
		_ = f.At("body.name", "give a name")
	}
	if _, err := netip.ParseAddr(a.RecursiveAddress); a.RecursiveAddress != "" && err != nil {
		_ = f.At("body.recursive_address", "an IP address")
	}
	if (a.RecursiveAddress == "") != (a.RecursivePort == 0) {
		_ = f.At("body.recursive_port", "address and port go together")
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

// asks lists what the tables 5 and 10 ask of an application.
func (a Application) asks() []asked {
	return []asked{
		{"introduction", lang.Text{ZH: "应用简介", EN: "Introduction"}, a.Introduction != ""},
		{"users", lang.Text{ZH: "用户数", EN: "Users"}, a.Users > 0},
		{"recursive_address", lang.Text{ZH: "所用递归节点", EN: "Its recursive node"}, a.RecursiveAddress != ""},
		{"developer", lang.Text{ZH: "开发单位", EN: "Developer"}, a.Developer != ""},
	}
}
