# install.mk - make install, make uninstall; part of the Makefile.
#
# The usual variables say where: DESTDIR, prefix, bindir, mandir ... /etc and /var are
# not below the prefix, as the command and the module look for pinbound.conf in
# /etc/unbound; nor is the module, which Unbound's AppArmor profile lets it load from
# /usr/lib only.

prefix ?= /usr/local
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/pinbound
sysconfdir ?= /etc
localstatedir ?= /var
moduledir ?= /usr/lib/pinbound
unitdir ?= $(prefix)/lib/systemd/system
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir ?= $(datadir)/zsh/site-functions
fishcompdir ?= $(datadir)/fish/vendor_completions.d

INSTALL ?= install
STOREDIR = $(localstatedir)/lib/unbound/pinbound

# put MODE,FILE,PLACE: whatever the umask.
define put
$(INSTALL) -D -m $(1) $(2) '$(DESTDIR)$(3)'

endef
fill = sed -e 's|@bindir@|$(bindir)|g' -e 's|@storedir@|$(STOREDIR)|g'

PAGES = $(wildcard man/*)
EXAMPLES = $(wildcard conf-examples/*)
DOCS = README.md CHANGELOG.md SECURITY.md LICENSE doc/guide.md
page_place = $(mandir)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

INSTALLED = $(bindir)/pinbound $(moduledir)/pinbound.so \
	$(foreach page,$(PAGES),$(call page_place,$(page))) \
	$(bashcompdir)/pinbound $(zshcompdir)/_pinbound $(fishcompdir)/pinbound.fish \
	$(unitdir)/pinbound-check.service $(unitdir)/pinbound-check.timer \
	$(unitdir)/unbound.service.d/pinbound.conf \
	$(foreach file,$(DOCS),$(docdir)/$(notdir $(file))) \
	$(EXAMPLES:conf-examples/%=$(docdir)/examples/%)

install: all
	$(call put,755,$(BUILD)/pinbound,$(bindir)/pinbound)
	$(call put,644,$(BUILD)/pinbound.so,$(moduledir)/pinbound.so)
	$(foreach page,$(PAGES),$(call put,644,$(page),$(call page_place,$(page))))
	mkdir -p $(BUILD)/install
	for shell in bash zsh fish; do \
		$(BUILD)/pinbound completion $$shell > $(BUILD)/install/$$shell || exit 1; \
	done
	$(call put,644,$(BUILD)/install/bash,$(bashcompdir)/pinbound)
	$(call put,644,$(BUILD)/install/zsh,$(zshcompdir)/_pinbound)
	$(call put,644,$(BUILD)/install/fish,$(fishcompdir)/pinbound.fish)
	$(fill) systemd/pinbound-check.service.in > $(BUILD)/install/service
	$(fill) systemd/unbound-pinbound.conf.in > $(BUILD)/install/drop-in
	$(call put,644,$(BUILD)/install/service,$(unitdir)/pinbound-check.service)
	$(call put,644,systemd/pinbound-check.timer,$(unitdir)/pinbound-check.timer)
	$(call put,644,$(BUILD)/install/drop-in,$(unitdir)/unbound.service.d/pinbound.conf)
	$(foreach file,$(DOCS),$(call put,644,$(file),$(docdir)/$(notdir $(file))))
	$(foreach file,$(EXAMPLES),$(call put,644,$(file),$(docdir)/examples/$(notdir $(file))))
	[ -e '$(DESTDIR)$(sysconfdir)/unbound/pinbound.conf' ] || \
		$(INSTALL) -D -m 644 conf-examples/pinbound.conf \
			'$(DESTDIR)$(sysconfdir)/unbound/pinbound.conf'
	[ -n '$(DESTDIR)' ] || $(MAKE) install-stores

# The stores, with the owners that keep a resolver that was broken into from its pins.
# Debian's package gives /var/lib/unbound to Unbound's user, who could move them away.
install-stores:
	'$(bindir)/pinbound' -q verify 2> /dev/null || '$(bindir)/pinbound' init
	above='$(dir $(STOREDIR))'; \
	[ "$$(stat -c %U "$$above")" != unbound ] || \
		{ chown root:unbound "$$above" && chmod 1775 "$$above"; }

# The pins, what the resolver has seen, and the configuration are the user's: they stay.
uninstall:
	rm -f $(foreach file,$(INSTALLED),'$(DESTDIR)$(file)')
	-rmdir '$(DESTDIR)$(moduledir)' '$(DESTDIR)$(docdir)/examples' '$(DESTDIR)$(docdir)' \
		'$(DESTDIR)$(unitdir)/unbound.service.d' 2> /dev/null
	@echo 'kept: $(DESTDIR)$(sysconfdir)/unbound/pinbound.conf, $(DESTDIR)$(STOREDIR)'

.PHONY: install install-stores uninstall
