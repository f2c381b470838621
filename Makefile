# Everything is done with Go, a C compiler and git. `make help` lists what there is.

BUILD   := build
PLUGIN  := $(BUILD)/out_dynatrace.so
PACKAGES := ./...

# The pure Go resolver and user look-up keep the library free of libresolv and of much of glibc.
TAGS    := netgo,osusergo
# Only the symbols that Fluent Bit looks up are exported.
LDFLAGS := -s -w -extldflags=-Wl,--version-script=$(CURDIR)/exports.map

GO_FILES := $(shell find . -name '*.go' -not -path './$(BUILD)/*')
C_FILES  := $(wildcard *.c) $(shell find plugin -name "*.[ch]")

# A CPU profile of the path from a chunk to a body, for profile-guided optimization. go build finds it
# by its name.
PROFILE := default.pgo

# The linter and govulncheck; built through the Go module proxy on first use, which takes minutes.
TOOL := go tool -modfile=tools/go.mod

.PHONY: help build run quick test test-network check vuln unit e2e fuzz bench profile clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: $(PLUGIN) ## build/out_dynatrace.so

$(PLUGIN): $(GO_FILES) $(C_FILES) go.mod go.sum exports.map $(PROFILE)
	@command -v $${CC:-gcc} >/dev/null || { echo "make: a C compiler is missing: install gcc" >&2; exit 1; }
	CGO_ENABLED=1 go build -buildmode=c-shared -trimpath -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $@ .

run: build ## ship a log file into a local Dynatrace; LOG=/any/file takes your own
	@go build -o $(BUILD)/run ./test/run
	@exec $(BUILD)/run -plugin $(PLUGIN) $(if $(LOG),-log "$(LOG)")

quick: format build ## in a minute: formatting, go vet, unit tests; for the time between two edits
	go vet $(PACKAGES)
	go test $$(go list $(PACKAGES) | grep -v /test/e2e)
	@echo "make quick leaves out: the race detector, the linters, test/e2e (the built library in a host"
	@echo "process), test/otlp (OpenTelemetry's Collector). make test runs them all."

test: check unit e2e ## all that CI runs; the same with and without nginx, squid or fluent-bit installed

.PHONY: format
format:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); test -z "$$unformatted" || { echo "gofmt differs:"; echo "$$unformatted"; exit 1; }

check: format ## formatting, go vet, golangci-lint (.golangci.yml)
	go vet $(PACKAGES)
	cd test/otlp && go vet ./...
	$(TOOL) golangci-lint run ./...

vuln: ## known vulnerabilities in what the library calls; needs https://vuln.go.dev
	$(TOOL) govulncheck $(PACKAGES) || { echo "make: govulncheck failed; if it could not fetch, it needs https://vuln.go.dev or a mirror in GOVULNDB" >&2; exit 1; }

unit: build ## unit tests with the race detector, and the seeds of the fuzz targets
	go test -race $$(go list $(PACKAGES) | grep -v /test/e2e)
	cd test/otlp && go test -race ./...

e2e: build ## the built library in the test host; with FLUENT_BIT=/path also in a real Fluent Bit
	go test -race -count=1 -v -timeout 30m -parallel 6 ./test/e2e

test-network: build ## TLS, HTTP/2 and proxies against nginx, tinyproxy and squid; says what to install
	NETWORK_PEERS=1 go test -race -count=1 -v -timeout 10m -parallel 6 -run '^Test(Network|Peers)_' ./test/e2e

FUZZTIME := 1m
fuzz: ## every fuzz target for FUZZTIME (default 1m) each
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
	    echo "== $$target in $$(dirname $$file)"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$(dirname $$file) || exit 1; \
	  done; done

bench: ## benchmarks of each stage and of the whole path, one core, side by side
	GOMAXPROCS=1 go test -pgo=$(CURDIR)/$(PROFILE) -run '^$$' -bench . -benchmem ./plugin/... ./test/bench

profile: ## record default.pgo again, after changes to the hot path
	GOMAXPROCS=1 go test -run '^$$' -bench 'Ours|Whole|Mapping' -benchtime 5s -cpuprofile $(PROFILE) -o $(BUILD)/bench.test ./test/bench

clean: ## remove what was built
	rm -rf $(BUILD)
