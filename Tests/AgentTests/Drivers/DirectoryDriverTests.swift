import Glibc
import GraftAPI
import HTTPCore
import Harness
import JSON
import KubeRuntime
import OCI
import Testing

@testable import Agent

/// Versions in a store, ready to be staged.
struct StagingArea {
    let store: ContentStore

    init(directory: String) throws { store = try ContentStore(path: "\(directory)/store") }

    func revision(
        _ version: String, library: [UInt8]? = nil, config: JSON? = nil, path: String = "libfilter.so", mode: String? = nil
    ) throws -> VerifiedRevision {
        let content = library ?? Array("the code of \(version)".utf8)
        let digest = Digest(of: content)
        try store.put(content, as: digest)
        var annotations = [AnnotationKey.title: path]
        annotations[AnnotationKey.mode] = mode
        let layer = Descriptor(mediaType: MediaType.modulePayload, digest: digest, size: content.count, annotations: annotations)
        let config64: JSON = [:]
        let document = ManifestDocument(
            Manifest(
                artifactType: MediaType.module, config: Descriptor(mediaType: MediaType.moduleDescriptor, of: config64.bytes()),
                layers: [layer]))
        let installed = InstalledRevision(
            namespace: "payments", revision: "filter-\(version)", digest: document.descriptor.digest.description,
            configHash: ConfigHash.of(config), version: version)
        return VerifiedRevision(
            installed: installed, slot: "net/filter", config: config, files: try ModuleArtifact(document, source: "the test").files)
    }

    func revision(built version: String, broken: Int = 0, config: JSON? = nil) async throws -> VerifiedRevision {
        try revision(version, library: try Disk.real.read(try await Example.module(version, broken: broken)), config: config)
    }
}

@Suite("The directory driver")
struct DirectoryDriverTests {
    @Test func `versions stand side by side and one link says which runs`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
            let driver = try DirectoryDriver(slot: "net/filter", settings: LinkedHost.settings(directory), transport: host)
            let first = try area.revision("1.0.0", path: "lib/deep/libfilter.so")
            let configured = try area.revision("1.1.0", config: ["port": 8080])
            for revision in [first, configured] { try await driver.stage(revision, from: area.store) }
            let names = try Disk.real.names(in: "\(directory)/net/filter/versions")
            let digest = first.installed.digest.dropFirst(7).prefix(12)
            #expect(names.first == "1.0.0-\(digest)")
            #expect(names.count == 2)
            #expect(names.last!.hasSuffix("-\(configured.installed.configHash.prefix(8))"), "another configuration is another directory")
            #expect(Disk.real.size(of: "\(directory)/net/filter/versions/\(names[0])/lib/deep/libfilter.so") != nil)
            #expect(!Disk.real.exists("\(directory)/net/filter/versions/\(names[0])/config.json"))

            try await driver.activate(configured.installed)
            #expect(Disk.real.target(ofLink: "\(directory)/net/filter/current") == "versions/\(names[1])")
            let config = try JSON.parse(try Disk.real.read("\(directory)/net/filter/current/config.json"))
            #expect(config == ["port": 8080])
            #expect(try await driver.probe(configured.installed) == "1")
            #expect(host.version == "1.1.0")

            try await driver.retain([configured.installed])
            #expect(try Disk.real.names(in: "\(directory)/net/filter/versions") == [names[1]])
            try await driver.retain([])
            #expect(try Disk.real.names(in: "\(directory)/net/filter/versions") == [names[1]], "never what is linked")
            try await driver.revert(to: nil)
            #expect(!Disk.real.exists("\(directory)/net/filter/current"))
        }
    }

    @Test func `what was damaged on the disk is staged anew, and never written over`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: .init(directory: directory), transport: NoTransport())
            let revision = try area.revision("1.0.0")
            try await driver.stage(revision, from: area.store)
            let path = "\(driver.path(of: revision.installed))/libfilter.so"
            chmod(driver.path(of: revision.installed), 0o755)
            try Disk.real.replace(path, with: Array("something else!!!!".utf8))
            try await driver.stage(revision, from: area.store)
            #expect(try Disk.real.read(path) == Array("the code of 1.0.0".utf8))
            try Disk.real.replace(area.store.path(of: revision.files[0].content.digest), with: [1, 2, 3])
            try Disk.real.removeTree(driver.path(of: revision.installed))
            await #expect(throws: SlotFailure.self) { try await driver.stage(revision, from: area.store) }
            #expect(!Disk.real.exists(driver.path(of: revision.installed)), "bytes that were not signed are never staged")
            #expect(!area.store.contains(revision.files[0].content.digest), "and are fetched again")
        }
    }

    @Test(arguments: ["planted.so", "lib/planted.so", "plugins/planted.so"])
    func `what was put beside a version's files is gone when it is staged again`(planted: String) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: .init(directory: directory), transport: NoTransport())
            let revision = try area.revision("1.0.0", path: "lib/libfilter.so")
            try await driver.stage(revision, from: area.store)
            let path = "\(driver.path(of: revision.installed))/\(planted)"
            try Disk.real.makeDirectories(Disk.real.parent(of: path))
            try Disk.real.replace(path, with: [1])
            try await driver.stage(revision, from: area.store)
            #expect(!Disk.real.exists(path))
            #expect(Disk.real.size(of: "\(driver.path(of: revision.installed))/lib/libfilter.so") != nil)
        }
    }

    @Test(arguments: ["libfilter.so", "."])
    func `a link in the place of what was staged is not followed`(linked: String) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: .init(directory: directory), transport: NoTransport())
            let revision = try area.revision("1.0.0")
            try await driver.stage(revision, from: area.store)
            let version = driver.path(of: revision.installed)
            // Given the same bytes elsewhere, to be changed later
            let elsewhere = "\(directory)/elsewhere"
            let path = linked == "." ? version : "\(version)/\(linked)"
            try Disk.real.rename(path, to: elsewhere)
            try Disk.real.relink(path, to: elsewhere)
            try await driver.stage(revision, from: area.store)
            #expect(Disk.real.target(ofLink: path) == nil)
            #expect(try Disk.real.read("\(version)/libfilter.so") == Array("the code of 1.0.0".utf8))
        }
    }

    @Test func `files are written by nobody, whatever the artifact says`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: .init(directory: directory), transport: NoTransport())
            let revision = try area.revision("1.0.0", mode: "777")
            let before = umask(0)
            defer { umask(before) }
            try await driver.stage(revision, from: area.store)
            var about = stat()
            #expect(stat("\(driver.path(of: revision.installed))/libfilter.so", &about) == 0)
            #expect(about.st_mode & 0o7777 == 0o555)
        }
    }

    @Test func `what a hook prints stands in its failure, short and on one line, and in no log of ours`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let revision = try area.revision("1.0.0")
            let script = "echo 'no such table'; printf '\\033[2J\\n{\"level\":\"info\"}\\n' >&2; yes | head -c 1000000; exit 1"
            let driver = try DirectoryDriver(
                slot: "net/filter",
                settings: .init(directory: directory, reload: ReloadSettings(.command(["sh", "-c", script]), timeout: .seconds(60))),
                transport: NoTransport())
            try await driver.stage(revision, from: area.store)
            let failure = await #expect(throws: SlotFailure.self) { try await driver.activate(revision.installed) }
            let message = try #require(failure?.message)
            #expect(message.contains("exit code 1; it says: no such table"), "\(message)")
            #expect(message.utf8.count < 700 && message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(message)")
        }
    }

    @Test func `what a host answers stands in a failure without what moves a cursor`() async throws {
        let said = Array("\u{1B}[2J\u{9B}31m\u{202E}all is well".utf8)
        let excerpt = excerpt(said)
        #expect(excerpt.contains("all is well"))
        #expect(
            excerpt.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }, "\(excerpt)")
    }

    @Test(.timeLimit(.minutes(2))) func `a pipe in the place of a process's number holds nobody up`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let revision = try area.revision("1.0.0")
            let pidFile = "\(directory)/host.pid"
            #expect(mkfifo(pidFile, 0o600) == 0)
            let driver = try DirectoryDriver(
                slot: "net/filter", settings: .init(directory: directory, reload: ReloadSettings(.signal(SIGHUP, pidFile: pidFile))),
                transport: NoTransport())
            try await driver.stage(revision, from: area.store)
            let failure = await #expect(throws: SlotFailure.self) { try await driver.activate(revision.installed) }
            #expect(failure?.message.contains("wanted the host's process id") == true)
        }
    }

    @Test(arguments: ["config.json", "graft.json"])
    func `names that are the driver's own are refused`(name: String) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: .init(directory: directory), transport: NoTransport())
            let revision = try area.revision("1.0.0", path: name)
            let failure = await #expect(throws: SlotFailure.self) { try await driver.stage(revision, from: area.store) }
            #expect(failure?.kind == .environment)
            #expect(failure?.message.contains(name) == true)
        }
    }

    @Test(arguments: ["../escape", "a/../../b", "/absolute", "", "a//b", "a/."])
    func `slots that would leave their directory are refused`(slot: String) {
        #expect(throws: ConfigurationError.self) {
            try DirectoryDriver(slot: slot, settings: .init(directory: "/tmp"), transport: NoTransport())
        }
    }

    @Test(arguments: ["1.0.0", "../../etc", ".hidden", "", "1.0.0+build.7", "1/2", "ünïcode"])
    func `whatever a version is called, its directory has a plain name`(version: String) {
        let revision = InstalledRevision(
            namespace: "n", revision: "r", digest: "sha256:0123456789abcdef", configHash: "f00dfeedcafe", version: version)
        let name = DirectoryDriver.directoryName(of: revision)
        #expect(!name.contains("/") && !name.hasPrefix(".") && name.hasSuffix("-0123456789ab-f00dfeed"))
    }

    @Test func `a host that is down before a load is not the module's fault, and nothing changes`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
            let driver = try DirectoryDriver(slot: "net/filter", settings: LinkedHost.settings(directory), transport: host)
            let (first, second) = (try area.revision("1.0.0"), try area.revision("1.1.0"))
            for revision in [first, second] { try await driver.stage(revision, from: area.store) }
            try await driver.activate(first.installed)
            host.kill()
            let failure = await #expect(throws: SlotFailure.self) { try await driver.activate(second.installed) }
            #expect(failure?.kind == .unreachable)
            #expect(host.linked?["version"] == "1.0.0")
            let reverting = await #expect(throws: SlotFailure.self) { try await driver.revert(to: second.installed) }
            #expect(reverting?.kind == .unreachable)
            #expect(host.linked?["version"] == "1.1.0", "going back is made ready for its next start")
            host.start()
            #expect(host.version == "1.1.0")
        }
    }

    @Test func `dying at any change to a file leaves the version before or the new one, whole`() async throws {
        try await withTemporaryDirectory { (root: String) in
            for death in 0..<200 {
                let directory = "\(root)/\(death)"
                let area = try StagingArea(directory: directory)
                let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
                let (first, second) = (try area.revision("1.0.0"), try area.revision("1.1.0", config: ["a": 1]))
                let healthy = try DirectoryDriver(slot: "net/filter", settings: LinkedHost.settings(directory), transport: host)
                try await healthy.stage(first, from: area.store)
                try await healthy.activate(first.installed)
                let mortal = Mortal(dyingAt: death)
                let dying = try DirectoryDriver(
                    slot: "net/filter", settings: LinkedHost.settings(directory), disk: mortal.disk, transport: host)
                do {
                    try await dying.stage(second, from: area.store)
                    try await dying.activate(second.installed)
                    try await dying.retain([second.installed])
                } catch {}
                let found = host.linked?["version"]?.string
                #expect(found == "1.0.0" || found == "1.1.0", "died at \(death) after \(mortal.log)")
                try await healthy.stage(second, from: area.store)
                try await healthy.activate(second.installed)
                #expect(host.version == "1.1.0")
                try await healthy.retain([second.installed])
                #expect(try Disk.real.names(in: "\(directory)/net/filter/versions").count == 1, "nothing half-made stays")
                if !mortal.isDead { return }
            }
            Issue.record("it never came to its end")
        }
    }

    @Test func `hooks and probes may be commands`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let revision = try area.revision("1.0.0")
            let said = "\(directory)/said"
            func driver(_ script: String, timeout: Duration = .seconds(60)) async throws -> DirectoryDriver {
                let driver = try DirectoryDriver(
                    slot: "net/filter",
                    settings: .init(
                        directory: directory, reload: ReloadSettings(.command(["sh", "-c", script]), timeout: timeout),
                        probe: ProbeSettings(.command(["sh", "-c", "test \"$GRAFT_VERSION\" = 1.0.0"]), timeout: .seconds(60))),
                    transport: NoTransport())
                try await driver.stage(revision, from: area.store)
                return driver
            }
            let saying = try await driver("echo $GRAFT_SLOT $GRAFT_VERSION $GRAFT_DIGEST $GRAFT_DIRECTORY > \(said)")
            try await saying.activate(revision.installed)
            #expect(
                String(decoding: try Disk.real.read(said), as: UTF8.self)
                    == "net/filter 1.0.0 \(revision.installed.digest) \(saying.path(of: revision.installed))\n")
            #expect(try await saying.probe(revision.installed) == nil)
            for (script, complaint) in [("exit 3", "exit code 3"), ("kill -9 $$", "signal 9")] {
                let failure = await #expect(throws: SlotFailure.self) { try await driver(script).activate(revision.installed) }
                #expect(failure?.kind == .module)
                #expect(failure?.message.contains(complaint) == true)
            }
            let slow = await #expect(throws: SlotFailure.self) {
                try await driver("sleep 60", timeout: .milliseconds(50)).activate(revision.installed)
            }
            #expect(slow?.message.contains("had not ended") == true)
            let missing = ReloadSettings(.command(["/nonexistent/program"]))
            let without = try DirectoryDriver(
                slot: "net/filter", settings: .init(directory: directory, reload: missing), transport: NoTransport())
            try await without.stage(revision, from: area.store)
            await #expect(throws: SlotFailure.self) { try await without.activate(revision.installed) }
        }
    }
}
