// Stands for election, and while it leads writes down that it does, as often as it can. Configured by the environment; tests kill it and stop it.
import Glibc
import HTTPTransport
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

func setting(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

/// A line with the monotonic time in nanoseconds, which all processes of a machine share. Unbuffered: the process may be killed at any moment.
func tell(_ what: String, at moment: Duration = Surroundings.system.now()) {
    let (seconds, attoseconds) = moment.components
    let line = Array("\(what) \(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)\n".utf8)
    _ = line.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}

/// The system's clock, as if somebody set it anew whenever it is looked at.
let jumping = Surroundings(
    now: Surroundings.system.now, wallTime: { Timestamp(seconds: Int64.random(in: 0...4_000_000_000)) }, sleep: Surroundings.system.sleep,
    random: Surroundings.system.random)

/// Writes into one config map, each write based on the one before.
struct Scribe: Sendable {
    let api: Api<ConfigMap>
    let identity: String

    func write() async throws {
        guard let record = try await api.getIfPresent("record") else {
            try await api.create(ConfigMap(metadata: ObjectMeta(name: "record"), data: ["writer": identity, "count": "1"]))
            return
        }
        let count = (record.data["count"].flatMap { Int($0) } ?? 0) + 1
        let body: JSON = ["data": ["writer": .string(identity), "count": .string("\(count)")]]
        try await api.mergePatch("record", body, preconditions: Preconditions(of: record))
    }

    /// Whoever says that its time is over, this one writes on: only the fence keeps it from it.
    func writeForEver() async {
        while !Task.isCancelled {
            lookAtFence()
            do { try await write() } catch is LeadershipLost { tell("refused") } catch {}
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}

// A test that ends leaves nobody behind.
let parent = getppid()
Task.detached {
    while getppid() == parent { try? await Task.sleep(for: .milliseconds(500)) }
    exit(9)
}

func milliseconds(_ name: String) -> Duration { .milliseconds(Int(setting(name)) ?? 1000) }

let logger = Logger(label: "candidate") { _ in SwiftLogNoOpLogHandler() }
let transport = HTTPClient(.init(trustedAuthorities: Array(setting("AUTHORITY").utf8), proxy: .none))
func makeClient(_ fence: WriteFence?) throws -> Client {
    let authentication = Authentication.bearer(setting("TOKEN"))
    guard let fence else { return try Client(transport: transport, server: setting("SERVER"), authentication: authentication) }
    return try Client(
        transport: FencedTransport(transport, fence: fence), server: setting("SERVER"), authentication: authentication)
}

let identity = setting("IDENTITY")
let fence = WriteFence()
/// Until when the fence was seen to be open.
let certain = Mutex(Duration.zero)
func lookAtFence() {
    let now = Surroundings.system.now()
    if let left = try? fence.check() { certain.withLock { $0 = max($0, now + left) } }
}
let scribe = Scribe(api: Api(try makeClient(fence), namespace: "default"), identity: identity)
let election = LeaderElection(
    client: try makeClient(nil), namespace: "default", name: "leader", identity: identity,
    timing: .init(leaseDuration: milliseconds("LEASE"), renewDeadline: milliseconds("DEADLINE"), retryPeriod: milliseconds("RETRY")),
    fence: fence, logger: logger, surroundings: jumping
) {
    lookAtFence()
    tell("leads")
    // A process that had no turn for a while learns late that its time was over, and did nothing in between.
    defer { tell("ends", at: min(Surroundings.system.now(), certain.withLock(\.self))) }
    let writer = Task { await scribe.writeForEver() }
    try await gracefulShutdown()
    // A graceful end writes nothing after it; a loss of leadership leaves the writer running, to be stopped by the fence.
    writer.cancel()
}
tell("stands")
do {
    try await ServiceGroup(
        configuration: .init(services: [election], gracefulShutdownSignals: [.sigterm], logger: logger)
    ).run()
    tell("stopped")
} catch {
    tell("lost")
    // Time for the writer to try; and what needs no answer is tried here, too.
    try? await Task.sleep(for: .milliseconds(300))
    do { try await scribe.api.create(ConfigMap(metadata: ObjectMeta(name: "record"))) } catch is LeadershipLost { tell("refused") } catch {}
    exit(1)
}
