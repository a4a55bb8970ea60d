import HTTPCore
import KubeClient
import KubeCore
import Randomness
import Testing

@testable import KubeRuntime

@Suite struct WatchStateMachineTests {
    private typealias Machine = WatchStateMachine<ConfigMap>

    /// One that asks for pages.
    private func paging() -> Machine { Machine(settings: ReflectorSettings(streamsLists: false)) }

    private func page(_ objects: [ConfigMap], _ version: Int, next: String? = nil) -> ListPart<StoredObject<ConfigMap>> {
        ListPart(items: objects.map(StoredObject.init), metadata: ListMetadata(resourceVersion: String(version), continueToken: next))
    }

    /// What comes of a page before its last part.
    private func part(_ objects: [ConfigMap]) -> ListPart<StoredObject<ConfigMap>> { ListPart(items: objects.map(StoredObject.init)) }

    /// One that has listed at version 5 and watches since second 0.
    private func watching() -> Machine {
        var machine = paging()
        _ = machine.listed(page([object("x", 5)], 5))
        _ = machine.next(random: 0)
        machine.watchStarted(asked: .zero)
        return machine
    }

    private let expired = KubeError(.expired, status: 410, message: "")

    @Test func `It lists page by page, hands the whole over, then watches from there`() {
        var machine = paging()
        #expect(machine.next(random: 0.5) == .list(continueToken: nil, limit: 500))
        guard case .none = machine.listed(page([object("x", 1)], 5, next: "t")) else { return #expect(Bool(false), "half a list is none") }
        #expect(machine.next(random: 0.5) == .list(continueToken: "t", limit: 500))
        guard case .replace(let list) = machine.listed(page([object("y", 2)], 5)) else { return #expect(Bool(false), "wanted the list") }
        #expect(list.items.map(\.metadata.name) == ["x", "y"])
        #expect(machine.next(random: 0.5) == .watch(resourceVersion: "5", timeoutSeconds: 265))
    }

    @Test func `Parts of a page are gathered, and nothing is handed over before its last`() {
        var machine = paging()
        _ = machine.listed(part([object("x", 1)]))
        _ = machine.listed(part([object("y", 2)]))
        guard case .replace(let list) = machine.listed(page([object("z", 3)], 5)) else { return #expect(Bool(false), "wanted the list") }
        #expect(list.items.map(\.metadata.name) == ["x", "y", "z"])
        #expect(list.resourceVersion == "5")
    }

    @Test func `Parts of a page that broke off are forgotten`() {
        var machine = paging()
        _ = machine.listed(part([object("x", 1)]))
        machine.listFailed(expired, random: 0)
        guard case .replace(let list) = machine.listed(page([object("y", 2)], 5)) else { return #expect(Bool(false), "wanted the list") }
        #expect(list.items.map(\.metadata.name) == ["y"])
    }

    @Test("The server's timeout is drawn between 240 and 290 seconds", arguments: [(0.0, 240), (0.999, 290)])
    func timeout(random: Double, seconds: Int) {
        var machine = paging()
        _ = machine.listed(page([], 5))
        #expect(machine.next(random: random) == .watch(resourceVersion: "5", timeoutSeconds: seconds))
    }

    @Test func `A watch that the server ends goes on from the last version, at once`() {
        var machine = watching()
        _ = machine.received(.modified(object("x", 7)), now: .seconds(1), random: 0)
        _ = machine.received(.bookmark(resourceVersion: "12", initialEventsEnd: false), now: .seconds(1), random: 0)
        _ = machine.received(.modified(object("y", 9)), now: .seconds(1), random: 0)
        machine.watchEnded(nil, now: .seconds(250), random: 0.5)
        #expect(machine.next(random: 0) == .watch(resourceVersion: "12", timeoutSeconds: 240))
    }

    @Test func `An object that can't be read is passed by`() {
        var machine = watching()
        _ = machine.skipped(UndecodableObject(key: nil, resourceVersion: "8", message: ""))
        machine.watchEnded(nil, now: .seconds(250), random: 0.5)
        #expect(machine.next(random: 0) == .watch(resourceVersion: "8", timeoutSeconds: 240))
    }

    @Test func `A watch that the server ends at once is a failure that waits`() {
        var machine = watching()
        machine.watchEnded(nil, now: .milliseconds(900), random: 0.5)
        #expect(machine.next(random: 0) == .pause(.milliseconds(250)))
        #expect(machine.next(random: 0) == .watch(resourceVersion: "5", timeoutSeconds: 240))
    }

    @Test func `A server that ends each watch after a second is followed without a pause`() {
        var machine = watching()
        for _ in 0..<10 {
            machine.watchEnded(nil, now: .seconds(1), random: 0.5)
            #expect(machine.next(random: 0) == .watch(resourceVersion: "5", timeoutSeconds: 240))
            machine.watchStarted(asked: .zero)
        }
        #expect(machine.failures == 0)
    }

    @Test func `A line that is no event is got past by a list, when it comes again and again`() {
        var machine = watching()
        let unreadable = KubeError(.unexpectedAnswer, status: 200, message: "")
        for failure in 1...3 {
            machine.watchEnded(unreadable, now: .seconds(1), random: 0.5)
            _ = machine.next(random: 0)
            let next = machine.next(random: 0)
            #expect(next == (failure < 3 ? .watch(resourceVersion: "5", timeoutSeconds: 240) : .list(continueToken: nil, limit: 500)))
        }
    }

    @Test(
        "What ends a watch decides whether it goes on or lists anew",
        arguments: [
            (KubeError(.expired, status: 410, message: ""), true, false), (KubeError(.gone, status: 410, message: ""), true, false),
            (KubeError(.notFound, status: 404, message: ""), true, true),
            (KubeError(.internalError, status: 500, message: ""), false, true),
            (KubeError(.tooManyRequests, status: 429, message: ""), false, true),
            (KubeError(.unauthorized, status: 401, message: ""), false, true),
            (
                KubeError(
                    .timeout, status: 504, message: "Too large resource version",
                    causes: [.init(reason: "ResourceVersionTooLarge", message: "", field: "")]), true, true
            ),
        ])
    func endings(error: KubeError, listsAnew: Bool, pauses: Bool) {
        let next: WatchStateMachine<ConfigMap>.Action =
            listsAnew ? .list(continueToken: nil, limit: 500) : .watch(resourceVersion: "5", timeoutSeconds: 240)
        // As an answer to the request …
        var machine = watching()
        machine.watchEnded(error, now: .seconds(1), random: 0.5)
        if pauses { #expect(machine.next(random: 0) == .pause(.milliseconds(250))) }
        #expect(machine.next(random: 0) == next)
        // … and as an event of the watch, whose end does not count a second time.
        machine = watching()
        guard case .stop = machine.received(.error(error), now: .seconds(1), random: 0.5) else {
            return #expect(Bool(false), "wanted stop")
        }
        machine.watchEnded(nil, now: .seconds(1), random: 0.5)
        if pauses { #expect(machine.next(random: 0) == .pause(.milliseconds(250))) }
        #expect(machine.next(random: 0) == next)
        #expect(machine.failures == 1)
    }

    @Test func `A server that keeps saying 410 is asked less and less often`() {
        var machine = paging()
        var pauses: [Duration] = []
        for _ in 0..<5 {
            _ = machine.listed(page([], 5))
            _ = machine.next(random: 0)
            machine.watchEnded(expired, now: .seconds(1), random: 0.5)
            if case .pause(let pause) = machine.next(random: 0) { pauses.append(pause) }
            #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500))
        }
        #expect(pauses == [500, 1000, 2000, 4000].map { .milliseconds($0) })
    }

    @Test func `A healthy minute makes up for earlier failures`() {
        var machine = watching()
        for _ in 0..<4 {
            machine.watchEnded(TransportError(.closed, ""), now: .seconds(1), random: 0.5)
            _ = machine.next(random: 0)
            _ = machine.next(random: 0)
            machine.watchStarted(asked: .zero)
        }
        #expect(machine.failures == 4)
        machine.watchEnded(TransportError(.closed, ""), now: .seconds(59), random: 0.5)
        #expect(machine.failures == 5)
        _ = machine.next(random: 0)
        _ = machine.next(random: 0)
        machine.watchStarted(asked: .zero)
        machine.watchEnded(TransportError(.closed, ""), now: .seconds(60), random: 0.5)
        #expect(machine.failures == 1)
    }

    @Test func `A list that fails is begun anew, its half forgotten`() {
        var machine = paging()
        _ = machine.listed(page([object("x", 1)], 5, next: "t"))
        machine.listFailed(TransportError(.closed, ""), random: 0.5)
        #expect(machine.next(random: 0) == .pause(.milliseconds(250)))
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500))
        guard case .replace(let list) = machine.listed(page([object("y", 2)], 6)) else { return #expect(Bool(false), "wanted the list") }
        #expect(list.items.map(\.metadata.name) == ["y"])
    }

    @Test func `A continue token that expires on the way costs no pause, the first time`() {
        var machine = paging()
        _ = machine.listed(page([object("x", 1)], 5, next: "t"))
        machine.listFailed(expired, random: 0.5)
        // All at once: or else a server that forgets faster than pages come would never be listed.
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: nil))
        machine.listFailed(TransportError(.closed, ""), random: 0.5)
        #expect(machine.next(random: 0) == .pause(.milliseconds(500)))
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: nil))
        _ = machine.listed(page([object("x", 1)], 5))
        machine.watchEnded(expired, now: .zero, random: 0.5)
        _ = machine.next(random: 0)
        machine.watchEnded(expired, now: .zero, random: 0.5)
        _ = machine.next(random: 0)
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500), "the next list comes in pages again")
    }

    @Test func `What the server asks to wait is waited`() {
        var machine = watching()
        machine.watchEnded(KubeError(.tooManyRequests, status: 429, message: "", retryAfter: .seconds(17)), now: .seconds(1), random: 0.5)
        #expect(machine.next(random: 0) == .pause(.seconds(17)))
    }

    @Test("Whatever happens in whatever order, it lists or watches on and never goes back in time", arguments: 0..<10)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var machine = paging()
        var (version, listed, now) = (10, false, Duration.zero)
        for _ in 0..<500 {
            now += .seconds(Int.random(in: 0..<90, using: &random))
            switch machine.next(random: Double.random(in: 0..<1, using: &random)) {
            case .pause(let pause):
                #expect(pause > .zero && pause <= .seconds(45))
                if case .pause = machine.next(random: 0) { #expect(Bool(false), "two pauses") }
            case .stream: #expect(Bool(false), "none was wanted")
            case .list:
                listed = false
                if Bool.random(using: &random) {
                    machine.listFailed(Bool.random(using: &random) ? expired : TransportError(.closed, ""), random: 0.5)
                } else {
                    version += 1
                    let next = Bool.random(using: &random) ? "t" : nil
                    _ = machine.listed(page([], version, next: next))
                    listed = next == nil
                }
            case .watch(let from, _):
                #expect(listed, "no watch without a list")
                #expect(Int(from)! == version, "from exactly where it was")
                machine.watchStarted(asked: now)
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    version += 1
                    _ = machine.received(.modified(object("x", version)), now: now, random: 0.5)
                    _ = machine.received(.modified(object("x", version - 1)), now: now, random: 0.5)
                }
                let endings: [(any Error)?] = [
                    nil, expired, TransportError(.timeout, ""), KubeError(.internalError, status: 500, message: ""),
                ]
                machine.watchEnded(endings.randomElement(using: &random)!, now: now, random: 0.5)
            }
        }
    }
}
