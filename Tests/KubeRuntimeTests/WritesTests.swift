import HTTPCore
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Testing

@Suite struct FinalizerTests {
    private let finalizer = Finalizer("graft.dev/finalizer")

    private func held(_ finalizers: [String]) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: "x", namespace: "a", uid: "u", resourceVersion: "5", finalizers: finalizers))
    }

    @Test func `Adding keeps what others added, and names the state it is based on`() async throws {
        let transport = BodyRecorder(["metadata": ["name": "x", "namespace": "a", "finalizers": ["other", "graft.dev/finalizer"]]])
        let added = try await finalizer.add(to: held(["other"]), Api<ConfigMap>(transport.client()))
        #expect(finalizer.isPresent(on: added))
        #expect(
            transport.bodies == [
                ["metadata": ["finalizers": ["other", "graft.dev/finalizer"], "uid": "u", "resourceVersion": "5"]]
            ])
        try await finalizer.add(to: added, Api<ConfigMap>(transport.client()))
        #expect(transport.bodies.count == 1, "once is enough")
    }

    @Test func `Removing leaves what others added`() async throws {
        let transport = BodyRecorder(["metadata": ["name": "x", "namespace": "a", "finalizers": ["other"]]])
        let removed = try await finalizer.remove(from: held(["graft.dev/finalizer", "other"]), Api<ConfigMap>(transport.client()))
        #expect(removed.map { finalizer.isPresent(on: $0) } == false)
        #expect(transport.bodies == [["metadata": ["finalizers": ["other"], "uid": "u", "resourceVersion": "5"]]])
        try await finalizer.remove(from: held(["other"]), Api<ConfigMap>(transport.client()))
        #expect(transport.bodies.count == 1, "nothing to do")
    }

    @Test func `Removing it from what is gone is fine; a conflict is not`() async throws {
        let gone = Api<ConfigMap>(try BodyRecorder(["kind": "Status", "code": 404, "reason": "NotFound"], status: 404).client())
        #expect(try await finalizer.remove(from: held([finalizer.name]), gone) == nil)
        let changed = Api<ConfigMap>(try BodyRecorder(["kind": "Status", "code": 409, "reason": "Conflict"], status: 409).client())
        let error = await #expect(throws: KubeError.self) { try await finalizer.remove(from: held([finalizer.name]), changed) }
        #expect(error?.code == .conflict)
    }
}

@Suite struct WriteTrackerTests {
    @Test func `A reconcile waits until the store has seen our write`() {
        let time = ManualTime()
        let tracker = WriteTracker<String>(surroundings: time.surroundings)
        #expect(tracker.delay("a", seen: "5") == nil, "nothing was written")
        tracker.wrote("a", resourceVersion: "10")
        #expect(tracker.delay("a", seen: "9") == .milliseconds(100))
        #expect(tracker.delay("a", seen: nil) == .milliseconds(100))
        #expect(tracker.delay("b", seen: "9") == nil)
        #expect(tracker.delay("a", seen: "10") == nil)
        #expect(tracker.delay("a", seen: "9") == nil, "seen once is seen")
    }

    @Test func `Of several writes the newest counts, and newer is good enough`() {
        let tracker = WriteTracker<String>(surroundings: ManualTime().surroundings)
        tracker.wrote("a", resourceVersion: "10")
        tracker.wrote("a", resourceVersion: "8")
        tracker.wrote("a", resourceVersion: nil)
        #expect(tracker.delay("a", seen: "9") != nil)
        #expect(tracker.delay("a", seen: "100") == nil)
    }

    @Test func `A write that never comes is waited for no longer than patience lasts`() {
        let time = ManualTime()
        let tracker = WriteTracker<String>(patience: .seconds(10), surroundings: time.surroundings)
        tracker.wrote("a", resourceVersion: "10")
        time.advance(.milliseconds(9_950))
        #expect(tracker.delay("a", seen: "3") == .milliseconds(50))
        time.advance(.milliseconds(50))
        #expect(tracker.delay("a", seen: "3") == nil)
    }

    @Test func `What is forgotten is not waited for`() {
        let tracker = WriteTracker<String>(surroundings: ManualTime().surroundings)
        tracker.wrote("a", resourceVersion: "10")
        tracker.forget("a")
        #expect(tracker.delay("a", seen: "1") == nil)
    }
}
