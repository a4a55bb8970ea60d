import CMalloc
import JSON

/// What objects hold once they are read, as the allocator counts it.
enum Memory {
    /// Bytes of the heap for each of `count` objects, read one after another as from a list; what one shares with others is counted once.
    static func held(_ count: Int) throws -> Int {
        // What is made once for all comes before.
        _ = try Gadget(parsing: Sample.object(count).bytes())
        let before = mallinfo2()
        var gadgets: [Gadget] = []
        gadgets.reserveCapacity(count)
        for number in 0..<count { gadgets.append(try Gadget(parsing: Sample.object(number).bytes())) }
        let after = mallinfo2()
        return withExtendedLifetime(gadgets) { (inUse(after) - inUse(before)) / count }
    }

    private static func inUse(_ info: CMalloc.mallinfo2) -> Int { Int(info.uordblks) + Int(info.hblkhd) }
}
