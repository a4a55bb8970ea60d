import JSON
import KubeCore
import Logging

extension KubeServer {
    /// Does what goes on in the background, until the task is cancelled: the collector, bookmarks, watches whose time is over, old Events,
    /// compaction. A server answers requests without it, but finishes no deletion.
    ///
    /// When it ends, so do all watches: sockets that only watches hold open are free to close. End it before the sockets' server.
    ///
    /// - Throws: `CancellationError`.
    package func run() async throws {
        defer { store.endWatches() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await Collector(server: self).run() }
            group.addTask { try await self.keepTime() }
            while try await group.next() != nil {}  // `waitForAll` would not cancel the others when one fails
        }
        try Task.checkCancellation()
    }

    private func keepTime() async throws {
        var nextBookmarks = now() + configuration.bookmarkInterval
        while true {
            try await configuration.sleep(configuration.tick)
            let now = now()
            store.expireWatches(at: now)
            if now >= nextBookmarks {
                nextBookmarks = now + configuration.bookmarkInterval
                store.sendBookmarks()
                await deleteOldEvents(before: now - configuration.eventLifetime)
            }
            collectorQueue.resume()
            do { try store.compact() } catch {
                configuration.logger.error("the database could not be compacted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Forgets all changes up to now: watches and lists that ask for an older version are told that it is too old.
    package func compact() throws { try store.compactFully() }

    private func deleteOldEvents(before time: Timestamp) async {
        guard let type = types.current.type(group: "", plural: "events") else { return }
        for event in store.all(.events) {
            let series = event.json["series"]?["lastObservedTime"]
            let last = series ?? event.json["lastTimestamp"] ?? event.json["eventTime"] ?? event.json["metadata"]?["creationTimestamp"]
            guard let text = last?.string, let lastTime = Timestamp(text), lastTime < time else { continue }
            _ = try? await endpoint(for: type, namespace: event.key.namespace)
                .delete(event.key, DeletionOptions(uid: event.uid, propagation: .background))
        }
    }
}
