// Compiled together with Tests/FuzzTests (but for its Replay) and linked with libFuzzer: see hack/fuzz.
import FoundationEssentials
import Glibc

/// The target that the environment names.
private let target: FuzzTarget = {
    guard let target = FuzzTarget.named(variable("FUZZ_TARGET")) else {
        print("FUZZ_TARGET: there is no target \"\(variable("FUZZ_TARGET"))\"")
        exit(2)
    }
    return target
}()

private func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

/// With FUZZ_SEEDS naming a folder, writes the target's seeds there, prints how long an input may be, and ends: seeds come out of files that hold
/// more than one.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    let folder = variable("FUZZ_SEEDS")
    guard !folder.isEmpty else { return 0 }
    do {
        for (index, seed) in try target.seeds().enumerated() where seed.count <= target.limit {
            guard FileManager.default.createFile(atPath: "\(folder)/\(index)", contents: Data(seed)) else {
                print("\(folder)/\(index): can't be written")
                exit(2)
            }
        }
    } catch {
        print("\(target.name): \(error)")
        exit(2)
    }
    print(target.limit)
    exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do { try target.check(Array(UnsafeBufferPointer(start: start, count: count))) } catch { fatalError("\(target.name): \(error)") }
    return 0
}

/// Every other change is made inside of what stands in the input in base64 or in DER, so that it is not lost on what is around it.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: UInt32) -> Int {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var random = Randomness(seed: seed)
    var changed: [UInt8]?
    if random.below(4) > 0 {
        switch target.shape {
        case .bytes: break
        case .base64: changed = Base64Change.apply(to: bytes, &random, depth: 0)
        case .der: changed = DERChange.apply(to: bytes, &random)
        }
    }
    guard let changed, changed.count <= room else { return mutate(start, count, room) }
    for (index, byte) in changed.enumerated() { start[index] = byte }
    return changed.count
}

/// libFuzzer's own change, in place; gives the new length.
@_silgen_name("LLVMFuzzerMutate")
func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

/// libFuzzer's own change.
func mutated(_ bytes: [UInt8], room: Int = 256) -> [UInt8] {
    var buffer = bytes + [UInt8](repeating: 0, count: room)
    let count = buffer.withUnsafeMutableBufferPointer { mutate($0.baseAddress!, bytes.count, $0.count) }
    return Array(buffer.prefix(count))
}

/// xorshift: the same for the same seed, so that what is found can be found again.
struct Randomness {
    private var state: UInt64

    init(seed: UInt32) { state = UInt64(seed) << 1 | 1 }

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % max(bound, 1)
    }
}
