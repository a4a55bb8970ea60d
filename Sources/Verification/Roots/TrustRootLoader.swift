import GraftAPI
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Trust

/// Fetches what TrustRoots refer to, each content once: a digest says what it is, so nothing need be watched. What is missing or wrong
/// is asked for again, at longer and longer intervals.
struct TrustRootLoader: Service {
    private let roots: Store<TrustRoot>
    private let contents: TrustRootContents
    private let source: TrustRootSource
    private let changed: @Sendable () -> Void
    private let logger: Logger
    private let surroundings: Surroundings

    /// - Parameter changed: called when a content has come, or the reason why it does not come is another.
    init(
        _ roots: Store<TrustRoot>, into contents: TrustRootContents, client: Client, logger: Logger, surroundings: Surroundings,
        changed: @escaping @Sendable () -> Void
    ) {
        self.roots = roots
        self.contents = contents
        source = TrustRootSource(client)
        self.changed = changed
        self.logger = logger
        self.surroundings = surroundings
    }

    func run() async throws {
        let wake = Wake()
        let subscription = roots.subscribe { _ in wake.wake() }
        defer { subscription.cancel() }
        var failures = 0
        while true {
            failures = try await load() ? 0 : failures + 1
            let pause = failures == 0 ? nil : Self.backoff.delay(failures, random: surroundings.random())
            try await wake.wait(atMost: pause, surroundings)
        }
    }

    private static let backoff = Backoff(base: .seconds(1), cap: .seconds(60))

    /// - Returns: whether all is there.
    private func load() async throws -> Bool {
        let places = Set(roots.all().compactMap { TrustRootPlace($0.spec) })
        contents.keep(places)
        var isComplete = true
        for place in places {
            if case .bytes = contents[place] { continue }
            let content = try await source.content(at: place)
            if case .missing(let why) = content {
                isComplete = false
                logger.warning("the content of a TrustRoot can't be had", metadata: ["reason": "\(why)"])
            }
            if contents.set(place, content) { changed() }
        }
        return isComplete
    }
}
