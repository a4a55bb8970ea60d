import KubeRuntime

/// How a collection is asked for.
enum Form: Hashable {
    /// In pages, each of the newest state.
    case pages(Int)
    /// All at once, as the server's cache has it.
    case cache
    /// As the beginning of a watch.
    case stream

    init?(_ name: String, page: Int) {
        switch name {
        case "pages": self = .pages(page)
        case "cache": self = .cache
        case "stream": self = .stream
        default: return nil
        }
    }

    var page: Int? { if case .pages(let size) = self { size } else { nil } }

    var settings: ReflectorSettings {
        switch self {
        case .pages(let size): ReflectorSettings(streamsLists: false, pageSize: size)
        case .cache: ReflectorSettings(streamsLists: false, listsFromCache: true)
        case .stream: ReflectorSettings()
        }
    }
}
