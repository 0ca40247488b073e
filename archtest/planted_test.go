package archtest_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linghang/archtest"
)

// tree is a house in small: path → text.
type tree map[string]string

// sound is a house that keeps every rule; legal neighbours of the planted
// breaches are in it.
func sound() tree {
	return tree{
		"cmd/linghang/main.go":                 "// Command linghang is a house.\npackage main\n\nimport (\n\t_ \"linghang/kernel\"\n\t_ \"linghang/modules/aps\"\n\t_ \"linghang/modules/mes\"\n)\n",
		"kernel/kernel.go":                     "// Package kernel is the ground.\npackage kernel\n\nimport _ \"linghang/kernel/sqldb\"\n",
		"kernel/fault/fault.go":                "// Package fault holds refusals.\npackage fault\n",
		"kernel/httpd/httpd.go":                "// Package httpd is the door.\npackage httpd\n\nimport _ \"net/http\"\n",
		"kernel/kerneltest/city.go":            "// Package kerneltest is for tests.\npackage kerneltest\n\nimport _ \"linghang/kernel\"\n",
		"kernel/sqldb/db.go":                   "// Package sqldb keeps rows.\npackage sqldb\n\nimport _ \"modernc.org/sqlite\"\n\nconst q = `SELECT 1 FROM one`\n",
		"lib/handle/handle.go":                 "// Package handle resolves.\npackage handle\n\nimport _ \"linghang/lib/handle/wire\"\n",
		"lib/handle/wire/wire.go":              "// Package wire is a part of handle.\npackage wire\n",
		"modules/aps/module.go":                "// Package aps plans.\npackage aps\n\nimport _ \"linghang/modules/mes/mesevent\"\n\ntype orders interface {\n\tA()\n\tB()\n\tC()\n}\n",
		"modules/aps/module_test.go":           "package aps_test\n\nimport _ \"linghang/kernel/kerneltest\"\n",
		"modules/mes/erp_client.go":            "package mes\n\nimport _ \"net/http\"\n",
		"modules/mes/mesevent/event.go":        "// Package mesevent tells.\npackage mesevent\n\nimport _ \"time\"\n\n// Released happened.\ntype Released struct{}\n\n// Subject names it.\nfunc (Released) Subject() string { return \"mes.released\" }\n",
		"modules/mes/module.go":                "// Package mes makes.\npackage mes\n",
		"modules/mes/order.go":                 "package mes\n\nimport _ \"linghang/kernel/fault\"\n\nconst hint = \"select FROM the list\"\n",
		"modules/mes/order_http.go":            "package mes\n\nimport (\n\t_ \"linghang/kernel/httpd\"\n\t_ \"linghang/kernel/sqldb\"\n)\n",
		"modules/mes/order_store.go":           "package mes\n\nimport _ \"linghang/kernel/sqldb\"\n\nconst q = `SELECT id FROM orders`\n",
		"modules/mes/order_test.go":            "package mes\n\nimport (\n\t_ \"github.com/google/go-cmp/cmp\"\n\t\"testing/synctest\"\n\t\"time\"\n)\n\nfunc f() { time.Sleep(1); synctest.Wait() }\n",
		"web/src/main.tsx":                     "import { Shell } from './app/Shell'\n",
		"web/src/app/Shell.tsx":                "import x from '../modules/mes'\nimport React from 'react'\n",
		"web/src/modules/mes/index.tsx":        "import { api } from '@/kernel/api'\nimport './mes.css'\nimport { Row } from './Row'\n",
		"web/src/modules/aps/index.tsx":        "export {}\n",
		"web/src/modules/system/index.tsx":     "export {}\n",
		"web/src/kernel/api.ts":                "import { days } from '../lib/days'\n",
		"web/src/lib/days.ts":                  "export const days = 1\n",
		"modules/mes/testdata/broken/wrong.go": "not Go at all",
		"web/node_modules/x/x.go":              "not Go at all",
	}
}

func faults(t *testing.T, files tree) []string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := archtest.Inspect(root)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestASoundHousePasses(t *testing.T) {
	if got := faults(t, sound()); len(got) > 0 {
		t.Errorf("refused: %s", strings.Join(got, "\n"))
	}
}

// TestEveryRuleRefusesItsBreach plants one breach at a time and wants exactly
// the refusals of that breach.
func TestEveryRuleRefusesItsBreach(t *testing.T) {
	f := func(rule string, planted tree, want ...string) {
		t.Run(rule, func(t *testing.T) {
			files := sound()
			maps.Copy(files, planted)
			for name, text := range planted {
				if text == "" {
					delete(files, name)
				}
			}
			got := faults(t, files)
			for _, w := range want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, w) }) {
					t.Errorf("no refusal says %q; got %q", w, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %d refusals, want %d: %q", len(got), len(want), got)
			}
		})
	}
	goFile := func(pkg string, imports ...string) string {
		text := "// Package " + pkg + " is here.\npackage " + pkg + "\n"
		for _, i := range imports {
			text += "\nimport _ \"" + i + "\"\n"
		}
		return text
	}
	goRules(f, goFile)
	textRules(f, goFile)
	webRules(f)
}

type plant func(rule string, planted tree, want ...string)

func goRules(f plant, goFile func(string, ...string) string) {
	f("a library knows no kernel", tree{"lib/handle/x.go": goFile("handle", "linghang/kernel/fault")}, "lib does not import kernel/fault")
	f("a library knows no other library", tree{"lib/dsp/x.go": goFile("dsp", "linghang/lib/handle")}, "lib does not import lib/handle")
	f("the kernel knows no room", tree{"kernel/x.go": goFile("kernel", "linghang/modules/mes")}, "kernel does not import modules/mes")
	f("a room imports no other room", tree{"modules/aps/x_store.go": goFile("aps", "linghang/modules/mes")}, "a room imports no other room")
	f("not in a test either", tree{"modules/aps/x_test.go": goFile("aps", "linghang/modules/mes")}, "a room imports no other room")
	f("a room knows no web", tree{"modules/aps/x_store.go": goFile("aps", "linghang/web")}, "modules does not import web")
	f("events know no kernel", tree{"modules/mes/mesevent/x.go": goFile("mesevent", "linghang/kernel/fault")}, "an event package is plain data")
	f("events know no library", tree{"modules/mes/mesevent/x.go": goFile("mesevent", "github.com/oklog/ulid/v2")}, "an event package is plain data")
	f("events hold no functions", tree{"modules/mes/mesevent/x.go": "package mesevent\n\nfunc Do() {}\n"}, "it has no Do")
	f("events hold no variables", tree{"modules/mes/mesevent/x.go": "package mesevent\n\nvar Last int\n"}, "it has no variables")
	f("an unknown top folder is refused", tree{"pkg/x/x.go": goFile("x")}, "the top folder pkg is on no floor")
	f("code at the very top is refused", tree{"x.go": goFile("x")}, "on no floor")
	f("a rule imports no net/http", tree{"modules/mes/rule.go": goFile("mes", "net/http")}, "only _http.go, _client.go import net/http")
	f("a store imports no net/http", tree{"modules/mes/x_store.go": goFile("mes", "net/http")}, "only _http.go, _client.go import net/http")
	f("a rule listens to no net", tree{"modules/mes/rule.go": goFile("mes", "net")}, "_worker.go import net")
	f("a rule imports no database/sql", tree{"modules/mes/rule.go": goFile("mes", "database/sql")}, "only _store.go import database/sql")
	f("a handler imports no database/sql", tree{"modules/mes/x_http.go": goFile("mes", "database/sql")}, "only _store.go import database/sql")
	f("a rule knows no database", tree{"modules/mes/rule.go": goFile("mes", "linghang/kernel/sqldb")}, "only _store.go, _http.go import linghang/kernel/sqldb", "a rule knows no kernel/sqldb")
	f("a rule knows no door", tree{"modules/mes/rule.go": goFile("mes", "linghang/kernel/httpd")}, "module.go import linghang/kernel/httpd", "a rule knows no kernel/httpd")
	f("a rule knows no one who asks", tree{"kernel/identity/i.go": goFile("identity"), "modules/mes/rule.go": goFile("mes", "linghang/kernel/identity")}, "a rule knows no kernel/identity")
	f("a driver has one owner", tree{"modules/mes/x_store.go": goFile("mes", "modernc.org/sqlite")}, "modernc.org/sqlite belongs to kernel/sqldb")
	f("an owner's neighbours do not own", tree{"kernel/fault/x.go": goFile("fault", "github.com/spf13/cobra")}, "github.com/spf13/cobra belongs to kernel, cmd, modules")
	f("a library for tests stays in tests", tree{"modules/mes/x_store.go": goFile("mes", "github.com/google/go-cmp/cmp")}, "github.com/google/go-cmp belongs to")
	f("a library needs an owner", tree{"kernel/x.go": goFile("kernel", "example.com/new")}, "example.com/new has no owner")
	f("kerneltest is for tests", tree{"modules/mes/x_worker.go": goFile("mes", "linghang/kernel/kerneltest")}, "kernel/kerneltest is for tests")
	f("the checker knows the model only", tree{"lib/schedule/jobshop/j.go": goFile("jobshop"), "lib/schedule/check/c.go": goFile("check", "linghang/lib/schedule/jobshop")}, "the checker of schedules shares nothing")
	f("folders form no loop", tree{
		"kernel/a/a.go": goFile("a", "linghang/kernel/b"), "kernel/b/b.go": goFile("b", "linghang/kernel/c"), "kernel/c/deep/c.go": goFile("deep"), "kernel/c/c.go": goFile("c", "linghang/kernel/a"),
	}, "kernel/a: the folder is in a loop", "kernel/b: the folder is in a loop", "kernel/c: the folder is in a loop")
	f("every package says what it is for", tree{"modules/mes/module.go": "package mes\n"}, "modules/mes: the package has no comment")
}

func textRules(f plant, goFile func(string, ...string) string) {
	for _, q := range []string{"SELECT id FROM orders", "\n\tINSERT INTO orders (id) VALUES ($1)", "UPDATE orders SET a = 1", "DELETE FROM orders", "CREATE TABLE x (id TEXT)", "WITH t AS (SELECT 1) SELECT 2 FROM t"} {
		f("SQL stands in stores: "+strings.Fields(q)[0], tree{"modules/mes/x_http.go": "package mes\n\nconst q = `" + q + "`\n"}, "SQL stands in *_store.go only")
	}
	f("SQL in the kernel too", tree{"kernel/x.go": "package kernel\n\nconst q = \"SELECT id FROM orders\"\n"}, "kernel/x.go: line 3: SQL stands in *_store.go only")
	f("a test does not sleep", tree{"modules/mes/x_test.go": "package mes\n\nimport \"time\"\n\nfunc g() { time.Sleep(1) }\n"}, "line 5: a test waits for a condition")
	change := "package mes\n\nimport \"linghang/kernel/sqldb\"\n\nfunc g(k interface{ Notify() }, db *sqldb.DB) error {\n\treturn db.Write(func(tx *sqldb.Tx) error {\n\t\t"
	f("browsers are told after a change", tree{"modules/mes/x_store.go": change + "k.Notify()\n\t\treturn nil\n\t})\n}\n"}, "modules/mes/x_store.go: line 7: within a change browsers are told after it")
	f("not in a function that has its transaction", tree{"modules/mes/x_store.go": "package mes\n\nimport \"linghang/kernel/sqldb\"\n\nfunc g(k interface{ Notify() }, tx *sqldb.Tx) { k.Notify() }\n"}, "line 5: within a change")
	f("they are told when it is over", tree{"modules/mes/x_store.go": change + "tx.After(func() { k.Notify() })\n\t\treturn nil\n\t})\n}\n"})
	f("a bridge has three methods", tree{"modules/aps/module.go": "// Package aps plans.\npackage aps\n\ntype orders interface {\n\tA()\n\tB()\n\tC()\n\tD()\n}\n"}, "the bridge orders asks for more than three methods")
	f("a file name is no build constraint", tree{"modules/mes/app_wasm.go": goFile("mes")}, "the name is a build constraint")
	f("a folder name says something", tree{"kernel/util/x.go": goFile("util")}, "the folder name util says nothing")
}

func webRules(f plant) {
	f("a room has a folder in the web", tree{"web/src/modules/aps/index.tsx": ""}, "web/src/modules/aps: the room has no folder")
	f("a folder of the web has a room", tree{"web/src/modules/plm/index.tsx": "export {}\n"}, "web/src/modules/plm: there is no room")
	f("a web folder is on a floor", tree{"web/src/utils/x.ts": "export {}\n"}, "web/src/utils: the folder is on no floor")
	f("the web's kernel knows no module", tree{"web/src/kernel/x.ts": "import x from '@/modules/mes'\n"}, "kernel does not import @/modules/mes")
	f("the web's library knows no kernel", tree{"web/src/lib/x.ts": "export * from '../kernel/api'\n"}, "lib does not import ../kernel/api")
	f("a module knows no shell", tree{"web/src/modules/mes/x.tsx": "import type { Shell } from '../../app/Shell'\n"}, "modules does not import ../../app/Shell")
	for how, text := range map[string]string{
		"absolute": "import x from '/src/modules/aps'\n", "by alias": "import { x } from '@/modules/aps/index'\n",
		"relative": "import x from '../aps'\n", "dynamic": "const x = await import('../aps')\n", "over two lines": "import {\n  x,\n} from '../aps'\n",
	} {
		f("web modules do not meet, "+how, tree{"web/src/modules/mes/x.tsx": text}, "web modules do not meet")
	}
	f("nor in a style sheet", tree{"web/src/modules/mes/x.css": "@import url('../aps/x.css');\n"}, "web modules do not meet")
	f("the web stays in its folder", tree{"web/src/lib/x.ts": "import x from '../../../lib/handle/x'\n"}, "imports from outside web/src")
}
