import Agent
import Analysis
import GraftAPI
import KubeRuntime
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Agents of all hosts, each with a connection over TLS and a token of its own: they send what a host has counted since the last look, wait and come again
/// as `graft-agent` does.
final class StreamingFleet: Sendable {
    /// What happens to hosts.
    struct Weather: Sendable {
        /// One call in ten of the canary's hosts fails.
        var canaryFails = false
        /// Hosts of a zone reach nobody; they go on counting.
        var isZoneCut = false
        /// Their metrics can't be read: they are there, and tell nothing new.
        var unreadable: Set<Int> = []
    }

    struct Counts: Sendable {
        var answered = 0
        /// Connections that were opened.
        var opened = 0
        /// Other statuses than 200, with how often.
        var others: [Int: Int] = [:]
        /// Connections that could not be had, or broke.
        var broken = 0
        /// How long batches took, in milliseconds.
        var times: [Double] = []
        /// When each host was answered first, since these are counted.
        var first: [Int: Double] = [:]

        func quantile(_ share: Double) -> Double {
            let sorted = times.sorted()
            return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
    }

    /// Between two looks.
    static let interval = Duration.seconds(10)
    /// The zone that is cut off when one is.
    static let cutZone = "zone-1"

    let scene: Scene
    private let port: Int
    private let state = Mutex(Counts())
    private let weather = Mutex(Weather())
    private let clock = Surroundings.system

    init(scene: Scene, port: Int) {
        self.scene = scene
        self.port = port
    }

    var counts: Counts { state.withLock { $0 } }

    /// Counts anew.
    func forget() { state.withLock { $0 = Counts() } }

    func change(_ change: @Sendable (inout Weather) -> Void) { weather.withLock { change(&$0) } }

    func isCut(_ number: Int) -> Bool { weather.withLock { $0.isZoneCut } && Scene.zone(number) == Self.cutZone }

    var cut: Int { (0..<scene.count).count { isCut($0) } }

    func run() async throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        // What is measured is the other end.
        tls.certificateVerification = .none
        let context = try NIOSSLContext(configuration: tls)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<scene.count {
                group.addTask {
                    // Agents that hear of a rollout at the same time don't ask at the same time.
                    try await Task.sleep(for: Self.interval * Double.random(in: 0..<1))
                    try await self.live(number, context)
                }
            }
            try await group.waitForAll()
        }
    }

    private func live(_ number: Int, _ context: NIOSSLContext) async throws {
        var agent = StreamingAgent(number, interval: Self.interval)
        while true {
            guard !isCut(number) else {
                look(&agent)
                try await Task.sleep(for: Self.interval * Double.random(in: 0.95..<1.05))
                continue
            }
            let pause: Duration
            do { pause = try await connect(&agent, context) } catch is CancellationError { throw CancellationError() } catch {
                try Task.checkCancellation()
                state.withLock { $0.broken += 1 }
                pause = agent.pace.failed(.random(in: 0..<1))
            }
            try await Task.sleep(for: pause)
            look(&agent)
        }
    }

    private func look(_ agent: inout StreamingAgent) {
        let now = weather.withLock { $0 }
        guard !now.unreadable.contains(agent.number) else { return }
        agent.look(scene.running(agent.number), canaryFails: now.canaryFails, at: clock.now())
    }

    /// Opens a connection and uses it for as long as it lasts.
    /// - Returns: how long to wait before the next one.
    private func connect(_ agent: inout StreamingAgent, _ context: NIOSSLContext) async throws -> Duration {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        state.withLock { $0.opened += 1 }
        var mine = agent
        defer { agent = mine }
        return try await channel.executeThenClose { inbound, outbound in
            var answers = inbound.makeAsyncIterator()
            while true {
                guard !isCut(mine.number) else { return .zero }
                let began = clock.now()
                try await outbound.write(ByteBuffer(bytes: mine.request(at: began)))
                let (status, answer) = try await HTTPAnswer.read(&answers)
                note(status, of: mine.number, took: (clock.now() - began) / .milliseconds(1))
                switch status {
                case 200:
                    let pause = try mine.taken(answer, .random(in: 0..<1))
                    if pause > .zero {
                        try await Task.sleep(for: pause)
                        look(&mine)
                    }
                case 503:
                    // It closes the connection: the next one may lead to another replica.
                    mine.replicasTried += 1
                    guard mine.replicasTried < mine.pace.tries else {
                        mine.replicasTried = 0
                        return mine.pace.failed(.random(in: 0..<1))
                    }
                    return mine.pace.untilNextReplica(.random(in: 0..<1))
                default:
                    try await Task.sleep(for: mine.pace.failed(.random(in: 0..<1)))
                    look(&mine)
                }
            }
        }
    }

    private func note(_ status: Int, of number: Int, took: Double) {
        let now = clock.now() / .seconds(1)
        state.withLock { counts in
            guard status == 200 else {
                counts.others[status, default: 0] += 1
                return
            }
            counts.answered += 1
            counts.times.append(took)
            if counts.first[number] == nil { counts.first[number] = now }
        }
    }
}
