import Glibc
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

/// The article's program, as a process, against an API server behind TLS; with `KUBEBUILDER_ASSETS` also against Kubernetes' own, with just the
/// rights that its deployment asks for.
@Suite struct ConfigMirrorTests {
    static let servers: [MirrorWorld.Server] = RealCluster.isAvailable ? [.embedded, .real] : [.embedded]

    @Test(.timeLimit(.minutes(5)), arguments: servers)
    func `It copies, mends, says what is in the way, survives kill -9, and cleans up behind itself`(_ server: MirrorWorld.Server)
        async throws
    {
        try await MirrorWorld.use(server) { world in
            // Given namespaces that ask for the bundle, one that doesn't, and one that has something else under its name.
            for name in ["platform", "billing"] { try await world.createNamespace(name) }
            for name in ["payments", "search"] { try await world.createNamespace(name, labels: ["ca-bundle": "yes"]) }
            try await world.createNamespace("legacy")
            try await world.configMaps("legacy").create(ConfigMap(metadata: ObjectMeta(name: "ca-bundle"), data: ["ca.crt": "theirs"]))
            let source = world.configMaps("platform")
            let first = try world.start()
            defer { first.end() }

            // When the mirror is there before its source, it says so; then both are copied.
            try await MirrorWorld.apply("mirror.yaml", world.admin)
            try await eventually("it says that the source is missing: \(first.errors)") {
                try await world.ready("ca-bundle")?.reason == "SourceMissing"
            }
            try await source.create(ConfigMap(metadata: ObjectMeta(name: "ca-bundle"), data: ["ca.crt": "one"]))
            try await eventually("two copies") { try await world.hasCopies(["payments", "search"], ["ca.crt": "one"]) }
            try await eventually("Ready") { try await world.ready("ca-bundle")?.status == .isTrue }
            #expect(try await world.mirrors.get("ca-bundle")["status"]?["copies"] == 2)
            let told = Api<Event>(world.admin, namespace: "platform")
            try await eventually("events of both") {
                let reasons = try await told.list().items.filter { $0.reportingController == "example.com/config-mirror" }.map(\.reason)
                return Set(reasons) == ["SourceMissing", "Copied"]
            }

            // When things change, or others change what is ours.
            try await source.mergePatch("ca-bundle", ["data": ["ca.crt": "two", "old.crt": "one"]] as JSON)
            try await eventually("the change") {
                try await world.hasCopies(["payments", "search"], ["ca.crt": "two", "old.crt": "one"])
            }
            try await source.mergePatch("ca-bundle", ["data": ["old.crt": nil]] as JSON)
            try await eventually("a key less") { try await world.hasCopies(["payments", "search"], ["ca.crt": "two"]) }
            try await world.configMaps("search").mergePatch("ca-bundle", ["data": ["ca.crt": "tampered"]] as JSON)
            try await eventually("mended") { try await world.hasCopies(["payments", "search"], ["ca.crt": "two"]) }
            try await world.configMaps("search").delete("ca-bundle")
            try await world.label("billing", "ca-bundle", "yes")
            try await eventually("made again, and made") {
                try await world.hasCopies(["payments", "search", "billing"], ["ca.crt": "two"])
            }
            try await world.label("search", "ca-bundle", nil)
            try await eventually("taken away") { try await world.hasCopies(["payments", "billing"], ["ca.crt": "two"]) }

            // What is somebody else's stays, and the mirror says what to do.
            try await world.label("legacy", "ca-bundle", "yes")
            try await eventually("it says what is in the way") {
                let ready = try await world.ready("ca-bundle")
                return ready?.reason == "NameTaken" && ready?.message.contains("legacy") ?? false
            }
            #expect(try await world.configMaps("legacy").get("ca-bundle").data == ["ca.crt": "theirs"])
            try await world.configMaps("legacy").delete("ca-bundle")
            try await eventually("all is well") {
                let copies = try await world.hasCopies(["payments", "billing", "legacy"], ["ca.crt": "two"])
                return try await world.ready("ca-bundle")?.status == .isTrue && copies
            }
            try await killAndReturn(world, first)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `Whose lease another takes ends with status 1, and says so`() async throws {
        try await MirrorWorld.use(.embedded) { world in
            let program = try world.start()
            defer { program.end() }
            let leases = Api<Lease>(world.admin, namespace: "config-mirror")
            try await eventually("it leads: \(program.errors)") {
                try await leases.getIfPresent("config-mirror")?.spec.holderIdentity != nil
            }
            try await leases.mergePatch("config-mirror", ["spec": ["holderIdentity": "another"]] as JSON)
            let end = try await program.wait()
            #expect(end.status == 1)
            #expect(end.errors.contains("another holds the lease now"), "\(end)")
            #expect(try await leases.get("config-mirror").spec.holderIdentity == "another")
        }
    }

    @Test(.timeLimit(.minutes(5))) func `Without a cluster it says what it tried, and ends with status 1`() async throws {
        try await withTemporaryDirectory { directory in
            let end = try await Program(Repository.program, [], environment: ["HOME": directory], in: directory).wait()
            #expect(end.status == 1)
            #expect(end.errors.contains("no cluster to talk to"), "\(end)")
        }
    }

    /// The leader is killed in the middle of its work, another replica goes on; both are gone when the mirror is deleted, a third one cleans up.
    private func killAndReturn(_ world: MirrorWorld, _ first: Program) async throws {
        let second = try world.start()
        defer { second.end() }
        let many = (1...12).map { "team-\($0)" }
        for (index, name) in many.enumerated() {
            try await world.createNamespace(name, labels: ["ca-bundle": "yes"])
            if index == 5 { first.send(SIGKILL) }
        }
        try await world.configMaps("platform").mergePatch("ca-bundle", ["data": ["ca.crt": "three"]] as JSON)
        try await eventually("the second replica goes on: \(second.errors)", within: .seconds(120), every: .milliseconds(100)) {
            try await world.hasCopies(["payments", "billing", "legacy"] + many, ["ca.crt": "three"])
        }
        #expect(try await first.wait().status == 128 + SIGKILL)

        second.send(SIGTERM)
        let end = try await second.wait()
        #expect(end.status == 0, "\(end)")
        guard case .pending = try await world.mirrors.delete("ca-bundle") else {
            Issue.record("the finalizer should have kept the mirror")
            return
        }
        let third = try world.start()
        defer { third.end() }
        try await eventually("all is cleaned up: \(third.errors)", within: .seconds(120), every: .milliseconds(50)) {
            let left = try await world.mirrors.getIfPresent("ca-bundle")
            return try await world.hasCopies([], [:]) && left == nil
        }
        #expect(try await world.configMaps("platform").get("ca-bundle").data == ["ca.crt": "three"])
        third.send(SIGTERM)
        #expect(try await third.wait().status == 0)
    }
}
