# Linghang 领航. `make run` builds and serves; `make test` proves everything.
.DELETE_ON_ERROR:
.PHONY: sbom vulnerabilities all build binary web run test installed check lint fresh unit race web-test e2e gen bench bench-clocks bench-exposure bench-gate bench-graph bench-hour bench-match bench-needs bench-notices bench-planning bench-plant bench-reading bench-resolution bench-schedule bench-sensing bench-year highs soak chaos compliance oracles peer hook install clean

GO        ?= go
# One toolchain for everybody: the newest whose standard library has no known vulnerability
# that the program calls. Where it cannot be fetched, the installed one builds, and
# `make vulnerabilities` says what that means.
GO_VERSION := go1.26.10
export GOTOOLCHAIN := $(shell GOTOOLCHAIN=$(GO_VERSION) $(GO) version >/dev/null 2>&1 && echo $(GO_VERSION) || echo local)
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOLS     := $(CURDIR)/.tools
GOLANGCI_VERSION := v2.15.0
GOFUMPT_VERSION  := v0.12.0
GOVULNCHECK_VERSION := v1.9.0
# The Go vulnerability database as a module: raise it with every release.
VULNDB_VERSION   := v0.0.0-20261105234957-e22db6528018
GOVULNCHECK := $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION)
GOLANGCI  := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
GOFUMPT   := $(TOOLS)/gofumpt-$(GOFUMPT_VERSION)
HAVE_WEB  := $(wildcard web/package.json)
DATA      ?= data
HTTP      ?= 127.0.0.1:8080
BENCH     ?= .
ROUNDS    ?= 7
NAMES     ?= 10000,1000000
COREDNS   ?= 1000000
KEEP      ?=
SOAK      ?= 5m
CHAOS     ?= 1
HOUR      ?= 1h
GROUPS    ?= .*
SECONDS   ?=
SEED      ?= 1
EVERY     ?= 1
# Tests of processes and databases wait half their time: one package more than there are cores.
SIDE_BY_SIDE := $(shell echo $$(($$(nproc) + 1)))
# Packages whose races are worth the time: those with goroutines of their own.
RACE       = $(shell $(GO) list ./lib/... | grep -v /schedule/planning) ./kernel/bus ./kernel/live ./kernel/sqldb ./kernel/blobs ./kernel/series

# Node.js that scripts/install.sh fetched, when Debian's is too old.
export PATH := $(TOOLS)/node/node_modules/.bin:$(PATH)

all: build

## build: the web, and the binary with the web inside, to bin/linghang
build: web binary

binary:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/linghang ./cmd/linghang

web:
ifdef HAVE_WEB
	cd web && npm run build
else
	@echo 'web: there is no web/package.json, the binary is built without pages'
endif

web: $(if $(HAVE_WEB),web/node_modules/.installed)
web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

## run: install what is missing, build, serve ./data, print address and set-up link
run:
	@scripts/install.sh run
	@$(MAKE) --no-print-directory build
	exec bin/linghang serve --data $(DATA) --http $(HTTP)

## test: everything, installing what it needs
test:
	@scripts/steps.sh installed web check unit race web-test e2e
	@echo 'make test: all passed'

# What tests need beside Go and Node.js.
installed:
	@scripts/install.sh test
	@scripts/peer.sh victoria-metrics
	@scripts/peer.sh versitygw

## unit: Go tests of libraries, stores on both engines, rooms, the house
unit:
	$(GO) test -p $(SIDE_BY_SIDE) -timeout 40m ./...

## race: the packages with goroutines of their own, under the race detector
race:
	CGO_ENABLED=1 $(GO) test -race -short -timeout 15m $(RACE)

web-test:
ifdef HAVE_WEB
	cd web && npm test
else
	@echo 'web-test: skipped, there is no web/package.json'
endif

## e2e: browser tests against the built binary
e2e:
ifdef HAVE_WEB
	@$(MAKE) --no-print-directory binary
	cd web && npm run e2e
else
	@echo 'e2e: skipped, there is no web/package.json'
endif

## check: format, vet, lint, rules of the house, generated code, what the binary is made of and what is known of it
check: lint fresh sbom vulnerabilities
	scripts/highs.sh check
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) test ./archtest
ifdef HAVE_WEB
	@$(MAKE) --no-print-directory web/node_modules/.installed
	cd web && npm run check
else
	@echo 'check: tsc and eslint skipped, there is no web/package.json'
endif

lint: $(GOLANGCI) $(GOFUMPT)
	@test -z "$$($(GOFUMPT) -l $$(git ls-files '*.go'))" || { echo 'not formatted (run gofumpt -w):'; $(GOFUMPT) -l $$(git ls-files '*.go'); exit 1; }
	$(GOLANGCI) run --allow-parallel-runners ./...

# Each file carries its version in its name, so that a new pin is a new file.
$(GOLANGCI):
	GOBIN=$(TOOLS)/new $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(TOOLS)/new/golangci-lint $@

$(GOVULNCHECK):
	GOBIN=$(TOOLS)/new $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	@mv $(TOOLS)/new/govulncheck $@

$(GOFUMPT):
	GOBIN=$(TOOLS)/new $(GO) install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
	@mv $(TOOLS)/new/gofumpt $@

## sbom: what the binary is made of, CycloneDX, to bin/linghang.cdx.json
sbom: binary
	bin/linghang sbom --web-lock web/package-lock.json > bin/linghang.cdx.json

## vulnerabilities: what is known of what the binary calls
vulnerabilities: $(GOVULNCHECK)
	scripts/vulnerabilities.sh $(GOVULNCHECK) $(VULNDB_VERSION) ./cmd/linghang

## gen: write docs/MAP.md, docs/openapi.json and the web's types
gen:
	$(GO) run ./cmd/linghang describe > docs/MAP.md
	$(GO) run ./cmd/linghang describe --openapi > docs/openapi.json
ifdef HAVE_WEB
	@$(MAKE) --no-print-directory web/node_modules/.installed
	cd web && npm run gen
endif

# Generating again must change nothing; what is in the tree counts, committed or not.
fresh:
	@mkdir -p $(TOOLS)
	@{ git grep -lI 'DO NOT EDIT' -- docs 'web/src' ; echo docs/openapi.json ; } | sort -u | xargs sha256sum > $(TOOLS)/generated.sha256
	@$(MAKE) --no-print-directory gen
	@sha256sum --quiet --check $(TOOLS)/generated.sha256 || { echo 'generated files were not up to date; they are now: commit them'; exit 1; }

## bench: all benchmarks (BENCH=regexp); pages of results go to docs/benchmarks
bench:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks $(GO) test -timeout 1h -run '^$$' -bench '$(BENCH)' -benchmem -p 1 ./lib/... ./kernel/... ./modules/... ./cmd/...

## bench-clocks: 100,000 open time limits through a kill and a change of replicas, to docs/benchmarks/clocks.md
bench-clocks:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks $(GO) test -timeout 30m -run '^$$' -bench '^BenchmarkClocks$$' -benchtime 1x -v ./modules/security/internal/clock

## bench-exposure: 100,000 assets against all advisories (ADVISORIES=folder with real ones in CSAF), to docs/benchmarks/exposure.md
bench-exposure:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_ADVISORIES=$(if $(ADVISORIES),$(abspath $(ADVISORIES))) $(GO) test -timeout 30m -run '^$$' -bench '^BenchmarkExposure$$' -benchtime 1x -v ./modules/security/internal/advisory

## bench-gate: the gate beside Prometheus and VictoriaMetrics (ROUNDS=7), to docs/benchmarks/gate.md
bench-gate:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) $(GO) test -timeout 30m -run '^$$' -bench '^BenchmarkGate$$' -benchtime 1x ./cmd/linghang

## bench-hour: 45 platforms, open pages and two kills for a while (HOUR=1h), to docs/benchmarks/hour.md
bench-hour:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_HOUR=$(HOUR) $(GO) test -timeout 3h -run '^$$' -bench '^BenchmarkHour$$' -benchtime 1x ./cmd/linghang

## bench-graph: the graph in memory beside PostgreSQL (SCALE=20: a million nodes, ten million edges), to docs/benchmarks/graph.md, and algorithms beside gonum, to docs/benchmarks/graph-algorithms.md
bench-graph:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_GRAPH_SCALE=$(SCALE) $(GO) test -timeout 1h -run '^$$' -bench '^Benchmark(Graph|Algorithms)$$' -benchtime 1x -v ./cmd/linghang/graphing

## bench-needs: whether vectors help to find providers and scenarios for needs (MODEL=file of word vectors), to docs/benchmarks/needs.md
bench-needs:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_MATCH_MODEL=$(if $(MODEL),$(abspath $(MODEL))) $(GO) test -timeout 10m -run '^$$' -bench '^BenchmarkNeeds$$' -benchtime 1x ./cmd/linghang/matching

## bench-match: rankings and times beside Bleve and pg_trgm (SETS=folder with CSL and DuReader as they are published), to docs/benchmarks/match.md
bench-match:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_MATCH_SETS=$(if $(SETS),$(abspath $(SETS))) $(GO) test -timeout 1h -run '^$$' -bench '^BenchmarkMatch$$' -benchtime 1x -v ./cmd/linghang/matching

## bench-reading: pages and range queries beside VictoriaMetrics, restart, refused samples (ROUNDS=7), to docs/benchmarks/reading.md
bench-reading:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) $(GO) test -timeout 30m -run '^$$' -bench '^BenchmarkReading$$' -benchtime 1x ./cmd/linghang

## bench-year: a year of daily figures of 20,000 series in the ledger, to docs/benchmarks/year.md
bench-year:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks $(GO) test -timeout 1h -run '^$$' -bench '^BenchmarkYear$$' -benchtime 1x ./modules/platforms

## bench-resolution: UDP answers beside Knot DNS and CoreDNS (ROUNDS=7, NAMES=10000,1000000; COREDNS=1000000 the most names with CoreDNS; KEEP=folder keeps filled nodes), to docs/benchmarks/resolution.md
bench-resolution:
	@command -v knotd >/dev/null || { echo 'install Debian'"'"'s knot'; exit 2; }
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) LINGHANG_BENCH_NAMES=$(NAMES) LINGHANG_BENCH_COREDNS=$(COREDNS) LINGHANG_BENCH_NODES=$(KEEP) \
		$(GO) test -timeout 4h -run '^$$' -bench '^BenchmarkResolution$$' -benchtime 1x ./modules/identifier/internal/station

## bench-sensing: the probe beside Suricata (CAPTURES=folder of pcap files), Sigma beside another engine (RULES=SigmaHQ/sigma, EVENTS=archives of events), CSAF beside another validator (ADVISORIES=folder), Suricata's events to the disk; ROUNDS=7; to docs/benchmarks/probe.md, sigma.md, csaf.md, eve.md
bench-sensing:
	@command -v node >/dev/null || { echo 'install Node'; exit 2; }
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && npm install --silent --no-save --prefix "$$work" @secvisogram/csaf-validator-lib@2.0.10 && \
	LINGHANG_CSAF_PACKAGE=$$work/node_modules/@secvisogram/csaf-validator-lib LINGHANG_CAPTURES=$(if $(CAPTURES),$(abspath $(CAPTURES))) LINGHANG_SIGMA_RULES=$(if $(RULES),$(abspath $(RULES))) \
		LINGHANG_SIGMA_EVENTS=$(if $(EVENTS),$(abspath $(EVENTS))) LINGHANG_ADVISORIES=$(if $(ADVISORIES),$(abspath $(ADVISORIES))) LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) \
		$(GO) test -timeout 2h -run '^$$' -bench '^Benchmark(Probe|Sigma|CSAF|EVE)$$' -benchtime 1x -v -p 1 ./cmd/linghang/sensing ./modules/security/internal/probe

## bench-schedule: published scheduling instances (INSTANCES=folder of the sets, GROUPS=pattern, SECONDS: those of the bar, SEED=1, EVERY=1: each n-th), to docs/benchmarks/schedule.md and a page for each group
bench-schedule:
	@test -n "$(INSTANCES)" || { echo 'name the folder: make bench-schedule INSTANCES=…'; exit 2; }
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_INSTANCES=$(abspath $(INSTANCES)) LINGHANG_SCHEDULE_GROUPS='$(GROUPS)' LINGHANG_SCHEDULE_TIME=$(if $(SECONDS),$(SECONDS)s) LINGHANG_SCHEDULE_SEED=$(SEED) LINGHANG_SCHEDULE_EVERY=$(EVERY) \
		$(GO) test -timeout 48h -run '^$$' -bench '^BenchmarkPublished$$' -benchtime 1x ./lib/schedule

## bench-notices: a notice to 10,000 enterprises, issued, delivered and withdrawn (ROUNDS=7), to docs/benchmarks/notices.md
bench-notices:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) $(GO) test -timeout 1h -run '^$$' -bench '^BenchmarkNoticeToTenThousand$$' -benchtime 1x ./modules/security

## bench-plant: first plans, replanning and checking, of 10,000 operations and of a plant of 300 batches, to docs/benchmarks/plant.md
bench-plant:
	LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks $(GO) test -timeout 1h -run '^$$' -bench '^BenchmarkBars$$' -benchtime 1x ./lib/schedule

## bench-planning: the planning solver beside the same package in Node (ROUNDS=7), to docs/benchmarks/planning.md
bench-planning:
	@command -v node >/dev/null || { echo 'install Node'; exit 2; }
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && (cd "$$work" && npm pack --silent highs@1.15.3 >/dev/null && tar -xzf highs-1.15.3.tgz) && \
	LINGHANG_HIGHS_PACKAGE=$$work/package LINGHANG_BENCH_DIR=$(CURDIR)/docs/benchmarks LINGHANG_BENCH_ROUNDS=$(ROUNDS) \
		$(GO) test -timeout 1h -run '^$$' -bench '^BenchmarkPeer$$' -benchtime 1x ./lib/schedule/planning/stn

## highs: fetch HiGHS as WebAssembly again, compare it with the record, and write what lib/schedule/highs embeds
highs:
	scripts/highs.sh

## soak: every fuzz target for SOAK each, ten minutes of processor time on two cores, then the kill and race tests over and over
soak:
	SOAK=$(SOAK) scripts/soak.sh

## chaos: two replicas under load, and all they stand on fails: 100 kills, 20 cut links, PostgreSQL, NATS, time series
chaos:
	LINGHANG_CHAOS=1 LINGHANG_CHAOS_REPORT=$(CURDIR)/docs/benchmarks/chaos.md $(GO) test -timeout 90m -count $(CHAOS) -run 'Replicas|Chaos|Clock|FullDisk' -v ./cmd/linghang

## compliance: the public suites for PromQL and for receivers of remote write (PROMQL=tester QUERIES=its queries RECEIVER=suite PROMETHEUS=server 3.16), see docs/compatibility.md
compliance:
	@test -n "$(PROMQL)$(RECEIVER)" || { echo 'name the suites: make compliance PROMQL=… QUERIES=… PROMETHEUS=… RECEIVER=…'; exit 2; }
	LINGHANG_PROMQL_TESTER=$(PROMQL) LINGHANG_PROMQL_QUERIES=$(QUERIES) LINGHANG_PROMETHEUS=$(PROMETHEUS) LINGHANG_RECEIVER_SUITE=$(RECEIVER) \
		$(GO) test -count 1 -v -run 'PromQLIsThatOfPrometheus|PublicSuiteForReceivers' ./kernel/series/queryapi ./modules/platforms

## oracles: what others published, as far as it is given, each a folder: CAPTURES PLANTS LABELLED SIGMA CSAF ATTACK STIX STIX2 TAXII OCSF PYHANDLE HANDLECLIENT INSTANCES, see docs/compatibility.md
ORACLES := CAPTURES PLANTS LABELLED SIGMA CSAF ATTACK STIX STIX2 TAXII OCSF PYHANDLE HANDLECLIENT INSTANCES
# What is given and not run (a program is missing, or nothing has the name) is a failure.
oracles:
	@test -n "$(strip $(foreach o,$(ORACLES),$($(o))))" || { echo 'name what is at hand: make oracles $(ORACLES:%=%=…)'; exit 2; }
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; missing=; failed=; \
	oracle() { name=$$1 given=$$2 pattern=$$3 packages=$$4; shift 4; \
		test -n "$$given" || { missing="$$missing $$name"; return; }; \
		test -e "$$given" || { echo "$$name: there is no $$given"; failed="$$failed $$name"; return; }; \
		echo "$$name: $$*"; \
		env "$$@" $(GO) test -count 1 -v -timeout 3h -run "$$pattern" $$packages >"$$log" 2>&1 && code=0 || code=$$?; \
		grep -vE '^ *(=== |time=)' "$$log" || true; \
		if test "$$code" != 0 || grep -qE '^ *--- SKIP|no tests to run' "$$log"; then failed="$$failed $$name"; fi; }; \
	oracle CAPTURES '$(abspath $(CAPTURES))' '^TestPublicCapturesAgainstTshark$$' ./lib/icsdissect/capture LINGHANG_CAPTURES='$(abspath $(CAPTURES))'; \
	oracle PLANTS '$(abspath $(PLANTS))' '^TestOtherCapturesRaiseNoRuleAboutConversations$$' ./modules/security LINGHANG_CAPTURES='$(abspath $(PLANTS))'; \
	oracle LABELLED '$(abspath $(LABELLED))' '^TestLabelledAttacks' ./modules/security LINGHANG_LABELLED_CAPTURES='$(abspath $(LABELLED))'; \
	oracle SIGMA '$(abspath $(SIGMA))' '^Test(SigmaHQ|PublicRules)' './lib/sigma ./modules/security/internal/detection' SIGMAHQ='$(abspath $(SIGMA))'; \
	oracle CSAF '$(abspath $(CSAF))' '^TestOASIS' ./lib/csaf CSAF='$(abspath $(CSAF))'; \
	oracle ATTACK '$(abspath $(ATTACK))' '^TestATTACK$$' ./lib/stix ATTACK='$(abspath $(ATTACK))'; \
	oracle STIX '$(abspath $(STIX))' '^Test(OASIS|Schemas)$$' ./lib/stix STIX_EXAMPLES='$(abspath $(STIX))/examples' STIX_SCHEMAS='$(abspath $(STIX))/schemas'; \
	oracle STIX2 '$(abspath $(STIX2))' '^TestIncidentsByTheLibraryOfOASIS$$' ./modules/security/internal/exchange STIX2='$(abspath $(STIX2))'; \
	oracle TAXII '$(abspath $(TAXII))' '^TestOASISClient$$' ./lib/taxii TAXII_CLIENT='$(abspath $(TAXII))'; \
	oracle OCSF '$(abspath $(OCSF))' '^TestEventsAreThoseOfTheSchema$$' ./modules/security/internal/ocsf LINGHANG_OCSF='$(abspath $(OCSF))'; \
	oracle PYHANDLE '$(abspath $(PYHANDLE))' '^TestPYHANDLE$$' ./lib/handle/rest PYHANDLE='$(abspath $(PYHANDLE))'; \
	oracle HANDLECLIENT '$(abspath $(HANDLECLIENT))' '^TestHandleClient$$' ./lib/handle/resolver HANDLECLIENT='$(abspath $(HANDLECLIENT))'; \
	oracle INSTANCES '$(abspath $(INSTANCES))' '^Test(TheWholeSets|PublishedSets)$$' './lib/schedule/taillard ./lib/schedule/instance' LINGHANG_INSTANCES='$(abspath $(INSTANCES))'; \
	test -z "$$missing" || echo "not given, not run:$$missing"; \
	test -z "$$failed" || { echo "failed, or given and not run:$$failed"; exit 1; }; \
	echo 'make oracles: all that were given passed'

## peer: the tools of Handle.Net (PEER=folder of its bin and lib; Java) against nodes of ours
peer:
	@test -n "$(PEER)" || { echo 'name the folder: make peer PEER=…'; exit 2; }
	PEER=$(PEER) $(GO) test -count 1 -run 'HandleNet' -v ./cmd/linghang

## hook: check format, vet and rules before every commit
hook: $(GOFUMPT)
	install -m 755 scripts/pre-commit "$$(git rev-parse --git-path hooks)/pre-commit"

install:
	@scripts/install.sh test

clean:
	rm -rf bin web/dist/assets
