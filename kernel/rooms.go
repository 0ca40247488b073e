package kernel

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/audit"
	"linghang/kernel/export"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/machine"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/notify"
	"linghang/kernel/oidc"
	"linghang/kernel/remark"
	"linghang/kernel/report"
	"linghang/kernel/search"
	"linghang/kernel/share"
	"linghang/kernel/sqldb"
	"linghang/kernel/system"
	"linghang/kernel/view"
	"linghang/lib/match/latent"
)

// room is one of the house, with what it declares and its tools.
type room struct {
	module.Module
	manifest module.Manifest
	kit      *module.Kit
	own      bool // the kernel's, in every house and every process
}

// ownRooms lists the rooms that every house has, the system's first.
func (k *Kernel) ownRooms(systemKit *module.Kit) []module.Module {
	k.files = files.New(k.Kit("files"))
	k.share = share.New(k.Kit("share"), k.directory, k.shareables)
	k.search = search.New(k.Kit("search"), k.finds, k.share.Keys)
	k.report = report.New(k.Kit("report"), k.directory, k.reports)
	k.remark = remark.New(k.Kit("remark"), k.directory, k.remarked)
	k.machines = machine.New(k.Kit("machine"), machine.Deps{Directory: k.directory, Audit: k.audit, Serves: k.cfg.TLS.Listen != "" && k.cfg.TLS.Cert == ""})
	k.server.TrustMachines(k.machines.Identify)
	k.secure.k = k
	k.oidc = oidc.New(k.Kit("oidc"), k.directory)
	notices := notify.New(k.Kit("notify"), notify.Deps{Directory: k.directory, Kinds: k.notices, Links: k.ring.Room("notify")})
	exports := export.NewDesk(systemKit.DB)
	k.server.AskSecond(httpd.Second{Alone: k.cfg.ExportAlone, Use: exports.Use})
	k.system = system.New(systemKit, system.Deps{Directory: k.directory, Audit: k.audit, Version: k.house.Version, Nav: k.nav, Status: k.status, Letters: k.letters, Desk: k.desk, Links: k.ring.Room("notify"), Mails: notices.CanMail, Persons: system.Persons{Gather: k.gather, Erase: k.erase, Flush: k.flush}, Exports: system.Exports{Desk: exports, Alone: k.cfg.ExportAlone, Find: k.server.Download}})
	return []module.Module{
		k.system, k.files, k.search, k.report, k.remark, k.machines, k.share, view.New(k.Kit("view")),
		k.oidc, notices,
	}
}

// checkRooms refuses settings for rooms that this house does not have.
func (k *Kernel) checkRooms() error {
	var errs []error
	for _, section := range slices.Sorted(maps.Keys(k.cfg.Rooms)) {
		if _, ok := k.kits[section]; !ok {
			errs = append(errs, fmt.Errorf("configuration %s: there is no key or room for the section %q", k.cfg.File, section))
		}
	}
	for _, room := range k.cfg.Run {
		if _, ok := k.kits[room]; !ok {
			errs = append(errs, fmt.Errorf("configuration run: there is no room %q", room))
		}
	}
	return errors.Join(errs...)
}

// Kit returns the tools of a room, to be handed to its New.
func (k *Kernel) Kit(name string) *module.Kit { return k.kit(name, k.sql.DB(name)) }

func (k *Kernel) kit(name string, db *sqldb.DB) *module.Kit {
	kit := &module.Kit{
		Name: name, DB: db, Dir: k.cfg.path(filepath.Join("rooms", name)), Seal: k.ring.Room(name), Series: k.series.Room(name), Blobs: k.shelf.Room(name),
		Measures: k.measures, Live: k.hub, Notices: k.notices.Room(name), Log: k.log.With("room", name), Settings: k.cfg.Rooms[name], Address: k.Address, MQTT: k.mqttAddress, Fit: k.clock.right,
		Machines: module.Machines{
			Of:   func(r *http.Request) (identity.Identity, error) { return k.server.Machine(r) },
			Port: func() (string, bool) { return k.machines.Port() },
		},
		Metrics: prometheus.WrapRegistererWithPrefix("linghang_"+name+"_", k.metrics), Health: k.health.Room(name), Jobs: k.desk.Room(name),
	}
	kit.WordVectors = func() *latent.Model { return k.words }
	kit.Search, kit.Remarks = module.NewSearch(name), module.NewRemarks(name)
	if k.files != nil {
		kit.Files = k.files.For(name, kit.Blobs)
	}
	if k.share != nil {
		kit.Shares = k.share.For(name)
	}
	k.kits[name] = kit
	return kit
}

// assemble collects what the Manifests register.
func (k *Kernel) assemble() error {
	published := map[string]string{audit.Recorded{}.Subject(): "system", notice.Sent{}.Subject(): "notify", jobs.Asked{}.Subject(): "system"}
	for _, r := range k.rooms {
		for _, e := range r.manifest.Publishes {
			if !strings.HasPrefix(e.Subject(), r.manifest.Name+".") {
				return fmt.Errorf("room %s publishes %s outside its name", r.manifest.Name, e.Subject())
			}
			published[e.Subject()] = r.manifest.Name
		}
		if err := k.measures.Add(r.manifest.Name, r.manifest.Measures); err != nil {
			return fmt.Errorf("register measures: %w", err)
		}
		for _, j := range r.manifest.Jobs {
			if err := k.desk.Declare(r.manifest.Name, j); err != nil {
				return err
			}
		}
		if err := k.notices.Add(r.manifest.Name, r.manifest.Notices); err != nil {
			return fmt.Errorf("register notices: %w", err)
		}
		if err := k.server.Mount(r.manifest.Name, r.kit.DB, r.manifest.Routes); err != nil {
			return fmt.Errorf("mount routes: %w", err)
		}
		if err := k.broker.Add(r.manifest.Name, r.manifest.MQTT); err != nil {
			return err
		}
	}
	for _, r := range k.rooms {
		for _, s := range r.manifest.Subscribes {
			if _, ok := published[s.Subject]; !ok {
				return fmt.Errorf("room %s subscribes to %s, which nobody publishes", r.manifest.Name, s.Subject)
			}
		}
	}
	return k.mountOwn()
}

// gathered returns what the Manifests declare of one sort, each with its room.
func gathered[T, K any](k *Kernel, declared func(module.Manifest) []T, kind func(room string, x T) K) (list []K) {
	for _, r := range k.rooms {
		for _, x := range declared(r.manifest) {
			list = append(list, kind(r.manifest.Name, x))
		}
	}
	return list
}

// finds are the kinds of documents that the rooms put into search.
func (k *Kernel) finds() []search.Kind {
	return gathered(k, func(m module.Manifest) []module.Find { return m.Finds },
		func(room string, x module.Find) search.Kind { return search.Kind{Room: room, Find: x} })
}

// shareables are the kinds of objects that the rooms let be shared.
func (k *Kernel) shareables() []share.Kind {
	return gathered(k, func(m module.Manifest) []module.Shareable { return m.Shares },
		func(room string, x module.Shareable) share.Kind { return share.Kind{Room: room, Shareable: x} })
}

// remarked are the kinds of objects that people comment on.
func (k *Kernel) remarked() []remark.Kind {
	return gathered(k, func(m module.Manifest) []module.Remarked { return m.Remarks },
		func(room string, x module.Remarked) remark.Kind { return remark.Kind{Room: room, Remarked: x} })
}

// reports are those that the rooms can make.
func (k *Kernel) reports() []module.Report {
	return gathered(k, func(m module.Manifest) []module.Report { return m.Reports }, func(_ string, x module.Report) module.Report { return x })
}

func (k *Kernel) nav() []module.NavItem {
	var items []module.NavItem
	var last []module.NavItem
	for _, r := range k.rooms {
		if r.own {
			last = append(last, r.manifest.Nav...)
			continue
		}
		items = append(items, r.manifest.Nav...)
	}
	// The menu ends with how the house is run, whichever room a page of it is from.
	sections := system.Sections()
	slices.SortStableFunc(last, func(a, b module.NavItem) int {
		return cmp.Compare(slices.Index(sections, a.Section), slices.Index(sections, b.Section))
	})
	return append(items, last...)
}
