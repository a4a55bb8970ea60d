import CHostSocket
import Glibc
import Synchronization

/// Loads shared libraries from files that have no path.
public enum SharedLibrary {
    /// Loads a library with `dlopen`. What is mapped is the very file that was handed over.
    ///
    /// The C library takes a library of the same name for the same library, without looking at the file: a descriptor's number that is used
    /// again would give the library before. So each load has a name of its own, for the life of the process.
    /// - Parameter flags: of `dlopen`; nil: all symbols now, and for nobody else.
    /// - Returns: its handle. Never `dlclose` code that may still run, and Swift code not at all.
    /// - Throws: `HostRefusal` with what the dynamic linker says.
    public static func open(_ file: HostFile, flags: Int32? = nil) throws -> UnsafeMutableRawPointer {
        try open(descriptor: file.descriptor, named: file.name, flags: flags ?? RTLD_NOW | RTLD_LOCAL, names: names)
    }

    private static let names = LibraryNames()

    static func open(descriptor: Int32, named name: String, flags: Int32, names: LibraryNames) throws -> UnsafeMutableRawPointer {
        let (duplicate, path) = try names.next(for: descriptor)
        // The mapping stays when the descriptor goes.
        defer { close(duplicate) }
        guard let handle = dlopen(path, flags) else {
            throw HostRefusal("\(name): \(dlerror().map { String(cString: $0) } ?? "it can't be loaded, and nobody says why")")
        }
        return handle
    }
}

/// Names for libraries, of which none is ever given out twice.
final class LibraryNames: Sendable {
    private struct State {
        /// Numbers below it were used in this round.
        var floor: Int32
        var round = 0
    }

    private let first: Int32
    private let state: Mutex<State>

    /// - Parameter first: the lowest number; those below are left to others.
    init(first: Int32 = 256) {
        self.first = first
        state = Mutex(State(floor: first))
    }

    /// The descriptor again under a number of its own, and the path to it.
    func next(for descriptor: Int32) throws -> (duplicate: Int32, path: String) {
        try state.withLock { state in
            var duplicate = graft_duplicate(descriptor, state.floor)
            if duplicate < 0, errno == EINVAL || errno == EMFILE, state.floor > first {
                // All numbers that the process may have were used: from the first again, by another way to the same place.
                state = State(floor: first, round: state.round + 1)
                duplicate = graft_duplicate(descriptor, state.floor)
            }
            guard duplicate >= 0 else {
                throw HostRefusal("no descriptor is free from \(state.floor) on: \(String(cString: strerror(errno)))")
            }
            state.floor = duplicate + 1
            return (duplicate, "/proc/self/fd/\(String(repeating: "./", count: state.round))\(duplicate)")
        }
    }
}
