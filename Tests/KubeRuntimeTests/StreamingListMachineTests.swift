import HTTPCore
import KubeClient
import KubeCore
import Testing

@testable import KubeRuntime

@Suite struct StreamingListMachineTests {
    private typealias Machine = WatchStateMachine<ConfigMap>

    private func streaming() -> Machine {
        var machine = Machine()
        _ = machine.next(random: 0)
        machine.watchStarted(asked: .zero)
        return machine
    }

    private func take(_ machine: inout Machine, _ event: WatchEvent<ConfigMap>) -> GatheredList<ConfigMap>? {
        guard case .replace(let list) = machine.received(event, now: .zero, random: 0.5) else { return nil }
        return list
    }

    private let end = WatchEvent<ConfigMap>.bookmark(resourceVersion: "20", initialEventsEnd: true)
    private let expired = KubeError(.expired, status: 410, message: "")

    @Test func `It gathers what is there, hands the whole over at the end, and follows the same watch`() {
        var machine = Machine()
        #expect(machine.next(random: 0.5) == .stream(timeoutSeconds: 265))
        machine.watchStarted(asked: .zero)
        #expect(take(&machine, .added(object("x", 7))) == nil)
        #expect(take(&machine, .added(object("y", 3))) == nil)
        #expect(take(&machine, .bookmark(resourceVersion: "9", initialEventsEnd: false)) == nil)
        let list = take(&machine, end)
        #expect(list?.resourceVersion == "20")
        #expect(Set(list?.items.map(\.metadata.name) ?? []) == ["x", "y"])
        guard case .apply = machine.received(.modified(object("x", 21)), now: .zero, random: 0.5) else {
            return #expect(Bool(false), "wanted the event")
        }
        machine.watchEnded(nil, now: .seconds(250), random: 0.5)
        #expect(machine.next(random: 0) == .watch(resourceVersion: "21", timeoutSeconds: 240))
    }

    @Test func `What changes between the first events counts, and echoes of what was do not`() {
        var machine = streaming()
        for event: WatchEvent<ConfigMap> in [
            .added(object("x", 1)), .added(object("y", 2)), .modified(object("x", 11, "new")), .deleted(object("y", 12)),
            .added(object("x", 1)), .added(object("y", 2)), .deleted(object("x", 1)), .added(object("z", 13)),
        ] { #expect(take(&machine, event) == nil) }
        let list = take(&machine, end)
        #expect(Set(list?.items.map { "\($0.metadata.name) \($0.data["value"] ?? "")" } ?? []) == ["x new", "z "])
    }

    @Test func `What can't be read is told with the list, unless it is gone`() {
        var machine = streaming()
        for (name, isDeleted) in [("x", false), ("y", false), ("y", true)] {
            let object = UndecodableObject(key: key(name), resourceVersion: "5", message: "", isDeleted: isDeleted)
            guard case .none = machine.skipped(object) else { return #expect(Bool(false), "nobody sees it before the end") }
        }
        #expect(take(&machine, end)?.undecodable.map(\.key) == [key("x")])
    }

    @Test(
        "A server that refuses streaming lists is asked for pages, at once, and for nothing else from then on",
        arguments: [
            (KubeError(.badRequest, status: 400, message: ""), false), (KubeError(.invalid, status: 422, message: ""), false),
            (KubeError(.internalError, status: 500, message: "RequestWatchProgress is disabled"), true),
            (KubeError(.invalid, status: 422, message: ""), true),
        ])
    func refusal(error: KubeError, asEvent: Bool) {
        var machine = Machine()
        _ = machine.next(random: 0)
        if asEvent {
            machine.watchStarted(asked: .zero)
            guard case .stop = machine.received(.error(error), now: .zero, random: 0.5) else { return #expect(Bool(false), "wanted stop") }
            machine.watchEnded(nil, now: .zero, random: 0.5)
        } else {
            machine.watchEnded(error, now: .zero, random: 0.5)
        }
        #expect(machine.failures == 0)
        for _ in 0..<2 {
            #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500))
            _ = machine.listed(ListPart(metadata: ListMetadata(resourceVersion: "5")))
            _ = machine.next(random: 0)
            machine.watchEnded(expired, now: .seconds(100), random: 0.5)
            if machine.failures > 1 { _ = machine.next(random: 0) }
        }
    }

    @Test func `A server that never ends the first events does not know streaming lists`() {
        var machine = streaming()
        _ = take(&machine, .added(object("x", 1)))
        #expect(machine.initialEvents == 1)
        machine.watchEnded(Machine.InitialEventsEndless(silence: .seconds(30)), now: .seconds(60), random: 0.5)
        #expect(machine.refusesStreams)
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500))
    }

    @Test(
        "A streaming list that breaks is followed by pages, once",
        arguments: [
            nil, TransportError(.closed, ""), TransportError(.timeout, ""), KubeError(.expired, status: 410, message: ""),
            KubeError(.unexpectedAnswer, status: 200, message: ""), KubeError(.forbidden, status: 403, message: ""),
        ] as [(any Error & Sendable)?])
    func breaks(error: (any Error & Sendable)?) {
        var machine = streaming()
        _ = take(&machine, .added(object("x", 1)))
        machine.watchEnded(error, now: .seconds(3), random: 0.5)
        #expect(machine.next(random: 0) == .pause(.milliseconds(250)))
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500))
        machine.listFailed(TransportError(.refused, ""), random: 0.5)
        _ = machine.next(random: 0)
        #expect(machine.next(random: 0) == .list(continueToken: nil, limit: 500), "until there is a list")
        guard case .replace(let list) = machine.listed(ListPart(metadata: ListMetadata(resourceVersion: "5"))) else {
            return #expect(Bool(false), "wanted the list")
        }
        #expect(list.items.isEmpty, "nothing of the stream is left")
        _ = machine.next(random: 0)
        machine.watchEnded(expired, now: .seconds(100), random: 0.5)
        _ = machine.next(random: 0)
        #expect(machine.next(random: 0) == .stream(timeoutSeconds: 240), "the next time it streams again")
    }

    @Test(
        "A server that does not answer, or asks to wait, says nothing about streaming lists",
        arguments: [
            TransportError(.refused, ""), TransportError(.closed, ""), KubeError(.tooManyRequests, status: 429, message: ""),
            KubeError(.serviceUnavailable, status: 503, message: ""), KubeError(.unauthorized, status: 401, message: ""),
        ] as [any Error & Sendable])
    func silence(error: any Error & Sendable) {
        var machine = Machine()
        _ = machine.next(random: 0)
        machine.watchEnded(error, now: .zero, random: 0.5)
        #expect(machine.next(random: 0) == .pause(.milliseconds(250)))
        #expect(machine.next(random: 0) == .stream(timeoutSeconds: 240))
    }

    @Test func `Bookmarks are counted on when two come on one watch, for one may be its end`() {
        var machine = streaming()
        _ = take(&machine, end)
        _ = take(&machine, .bookmark(resourceVersion: "21", initialEventsEnd: false))
        machine.watchEnded(nil, now: .seconds(250), random: 0.5)
        _ = machine.next(random: 0)
        machine.watchStarted(asked: .zero)
        _ = take(&machine, .bookmark(resourceVersion: "22", initialEventsEnd: false))
        #expect(!machine.sendsBookmarks)
        _ = take(&machine, .bookmark(resourceVersion: "22", initialEventsEnd: false))
        #expect(machine.sendsBookmarks)
        machine.watchEnded(TransportError(.closed, ""), now: .seconds(100), random: 0.5)
        #expect(machine.sendsBookmarks)
        _ = machine.next(random: 0)
        _ = machine.next(random: 0)
        machine.watchStarted(asked: .zero)
        machine.watchEnded(TransportError(.timeout, ""), now: .seconds(150), random: 0.5)
        #expect(!machine.sendsBookmarks, "one silence is enough")
    }

    @Test func `A run that was cut off in the middle begins anew`() {
        var machine = streaming()
        _ = take(&machine, .added(object("x", 1)))
        #expect(machine.next(random: 0) == .stream(timeoutSeconds: 240))
        machine.watchStarted(asked: .zero)
        #expect(take(&machine, end)?.items.isEmpty ?? false)
    }
}
