import JSON
import KubeCore
import Schema

extension Endpoint {
    func watch() throws(KubeError) -> ServerResponse {
        let filter = try filter()
        let bookmarks = try query.bool("allowWatchBookmarks") ?? false
        let start = try watchStart(bookmarks: bookmarks)
        // The real server picks a time between 30 and 60 minutes when none is asked for.
        let seconds = try query.integer("timeoutSeconds").flatMap { $0 > 0 ? $0 : nil } ?? 1800
        let form = WatchForm(endpoint: self)
        if server.configuration.streamingLists == .refusedByEvent, try query.bool("sendInitialEvents") ?? false {
            return ServerResponse(body: .bytes(form.line("ERROR", KubeError.streamingListsUnavailable.json)))
        }
        do {
            let watcher = try store.watch(
                type.storage, filter, from: start, bookmarks: bookmarks, deadline: server.now() + .seconds(min(seconds, 86_400)),
                queueLimit: server.configuration.watchQueueLimit)
            return ServerResponse(body: .watch(WatchStream(watcher: watcher, store: store, form: form)))
        } catch {
            switch error {
            case .tooNew(let current): throw .tooNew(try query.integer("resourceVersion") ?? 0, current: current)
            case .tooOld(let current):
                // Told as an event on a watch that began well, as the real server does.
                let version = query["resourceVersion"] ?? ""
                return ServerResponse(
                    body: .bytes(form.line("ERROR", KubeError.tooOld("too old resource version: \(version) (\(current))").json)))
            }
        }
    }

    private func watchStart(bookmarks: Bool) throws(KubeError) -> ObjectStore.WatchStart {
        let version = query["resourceVersion"]
        let match = query["resourceVersionMatch"]
        let number = try query.integer("resourceVersion") ?? 0
        guard number >= 0 else {
            throw .invalidOptions(
                kind: "ListOptions", field: "resourceVersion", "Invalid value: \"\(version ?? "")\": must not be negative")
        }
        guard let sendsInitial = try query.bool("sendInitialEvents") else {
            if match != nil {
                throw .invalidOptions(
                    kind: "ListOptions", field: "resourceVersionMatch",
                    "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided", .forbidden)
            }
            return number == 0 ? .state(endBookmark: false) : .version(number)
        }
        guard match == "NotOlderThan" else {
            throw .invalidOptions(
                kind: "ListOptions", field: "resourceVersionMatch",
                "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan", .forbidden)
        }
        if server.configuration.streamingLists == .refused {
            throw .invalidOptions(
                kind: "ListOptions", field: "sendInitialEvents",
                "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled", .forbidden)
        }
        guard sendsInitial else { return number == 0 ? .now : .version(number) }
        let current = store.version
        if number > current { throw .tooNew(number, current: current) }
        return .state(endBookmark: bookmarks)
    }
}
