package e2e

import (
	"debug/elf"
	"slices"
	"testing"
)

// Any other symbol could shadow one of the host or of another plugin.
func TestLibrary_ExportsOnlyWhatFluentBitLooksUp(t *testing.T) {
	want := []string{"FLBPluginExitCtx", "FLBPluginFlushCtx", "FLBPluginInit", "FLBPluginRegister", "FLBPluginUnregister"}
	symbols, err := openLibrary(t).DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			got = append(got, s.Name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("exports %v, want %v", got, want)
	}
}

// Go's C resolver would need libresolv, which is not in every image.
func TestLibrary_NeedsOnlyTheCLibrary(t *testing.T) {
	needed, err := openLibrary(t).ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range needed {
		if !slices.Contains([]string{"libc.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}, name) {
			t.Errorf("needs %s", name)
		}
	}
}

// Fluent Bit closes the library at each reload, but Go's threads still run its code.
func TestLibrary_IsNeverUnloaded(t *testing.T) {
	flags, err := openLibrary(t).DynValue(elf.DT_FLAGS_1)
	if err != nil {
		t.Fatal(err)
	}
	if len(flags) != 1 || elf.DynFlag1(flags[0])&elf.DF_1_NODELETE == 0 {
		t.Errorf("DT_FLAGS_1 is %v, want NODELETE among them", flags)
	}
}

func openLibrary(t *testing.T) *elf.File {
	t.Helper()
	f, err := elf.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
